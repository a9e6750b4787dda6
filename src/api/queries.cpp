#include "api/queries.hpp"

#include <boost/describe/class.hpp>
#include <boost/json/parse.hpp>

namespace hf {

static_assert(options_struct<RepoOptions> && options_struct<InfoOptions> && options_struct<SpaceSetting>);

namespace detail {
namespace {
struct Account {
    std::string name;
    std::optional<std::string> type;
};
BOOST_DESCRIBE_STRUCT(Account, (), (name, type))
}  // namespace

Request info_request(const Repo& repo, const InfoOptions& options) {
    Request request =
        options.revision.empty() ? get("/api/{}", repo) : get("/api/{}/revision/{}", repo, segment(options.revision));
    if (options.security_status.value_or(false)) request.query("securityStatus", true);
    if (options.files_metadata) request.query("blobs", true);
    request.token(options.token).timeout(options.timeout);
    return request;
}

boost::asio::awaitable<std::string> account_name(Session session, OwnedToken token) {
    const Account account = co_await session.call<Account>(whoami_request(token.get()));
    co_return account.name;
}

boost::asio::awaitable<std::string> user_name(Session session, OwnedToken token, std::string argument) {
    const Account account = co_await session.call<Account>(whoami_request(token.get()));
    if (account.type != "user")
        throw_validation(argument, "the token belongs to no user: the " + argument + " must be given");
    co_return account.name;
}

boost::asio::awaitable<void> call_forgiving(Session session, Request request, unsigned forgiven) {
    try {
        co_await session.send(std::move(request));
    } catch (const HfHubHTTPError& error) {
        if (error.status() != forgiven) throw;
    }
}

json::array settings_json(std::span<const SpaceSetting> settings) {
    json::array out;
    for (const auto& setting : settings) {
        json::object entry;
        entry["key"] = setting.key;
        entry["value"] = setting.value;
        if (setting.description) entry["description"] = *setting.description;
        out.push_back(std::move(entry));
    }
    return out;
}

std::optional<std::string> url_in(std::string_view body) {
    boost::system::error_code failure;
    const json::value answer = boost::json::parse(body, failure);
    const auto* members = failure ? nullptr : answer.if_object();
    const auto* url = members ? members->if_contains("url") : nullptr;
    if (!url || !url->is_string()) return std::nullopt;
    return std::string(url->get_string());
}

void require(std::string_view argument, std::string_view value) {
    if (value.empty()) throw_validation(argument, std::string(argument) + " must be given");
}

void throw_invalid_answer(std::string problem, const Reply& reply) {
    ErrorInfo info;
    info.message = problem + " of " + reply.url.redacted();
    info.url = reply.url.redacted();
    info.status = reply.status;
    info.body = reply.body;
    throw InvalidResponseError(std::move(info));
}

void ListQuery::apply(Request& request) const {
    if (name) request.query("search", search ? *search : std::string_view(*name));
    for (const auto& tag : tags) request.query("filter", tag);
    if (full_with_filter) request.query("full", true);
    request.query("author", author);
    if (!name) request.query("search", search);
    if (sort) request.query("sort", *sort == "last_modified" ? std::string_view("lastModified") : *sort);
    request.query("direction", direction).query("limit", limit);
    if (full) request.query("full", true);
}

void query_all(Request& request, std::string_view name, const StringList& values) {
    for (std::size_t i = 0; i < values.size(); ++i) request.query(name, values[i]);
}

std::string filter_name(std::optional<std::string_view> author, std::optional<std::string_view> name) {
    std::string out;
    if (author) out = std::string(*author) + "/";
    return out.append(name.value_or(std::string_view()));
}

void add_tags(std::vector<std::string>& tags, const StringList& values, std::string_view prefix) {
    for (std::size_t i = 0; i < values.size(); ++i) {
        const bool prefixed = values[i].find(prefix) != values[i].npos;
        tags.push_back(std::string(prefixed ? std::string_view() : prefix).append(values[i]));
    }
}

}  // namespace detail
}  // namespace hf
