#include "api/shared_calls.hpp"

#include <hf/core/repo.hpp>

#include <boost/describe/class.hpp>

#include <algorithm>
#include <iterator>

namespace hf {

static_assert(options_struct<RepoOptions> && options_struct<InfoOptions> && options_struct<SpaceSetting>);

namespace detail {
namespace {
struct Account {
    std::string name;
    std::optional<std::string> type;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(Account, (), (name, type))

/// "https://huggingface.co/datasets/o/d" -> "o/d"; empty if the end of the path is no repository of this type.
std::string repo_of_path(std::string_view url, std::string_view type) {
    if (const auto scheme = url.find("://"); scheme != url.npos) {
        url.remove_prefix(scheme + 3);
        url.remove_prefix(std::min(url.find('/'), url.size()));
    }
    url = url.substr(0, url.find_first_of("?#"));
    while (url.ends_with('/')) url.remove_suffix(1);
    const auto name = url.rfind('/');
    const auto before = name == url.npos || name == 0 ? url.npos : url.rfind('/', name - 1);
    std::string_view id = url.substr(before == url.npos ? 0 : before + 1);
    while (id.starts_with('/')) id.remove_prefix(1);
    const std::string plural = std::string(type) + "s/";
    if (id.starts_with(plural)) id.remove_prefix(plural.size());
    try {
        validate_repo_id(id);
    } catch (const HFValidationError&) {
        return {};
    }
    return std::string(id);
}

std::string_view sort_on_wire(std::string_view sort) {
    if (sort == "last_modified") return "lastModified";
    if (sort == "created_at") return "createdAt";
    return sort == "trending_score" ? "trendingScore" : sort;
}
}  // namespace

Repo repo_or_kernel(std::string_view repo_type, std::string_view repo_id) {
    return repo_type == repo_type_kernel ? Repo::of_any_type(repo_type, repo_id) : Repo(repo_type, repo_id);
}

Request info_request(const Repo& repo, const InfoOptions& options) {
    Request request =
        options.revision.empty() ? get("/api/{}", repo) : get("/api/{}/revision/{}", repo, segment(options.revision));
    if (options.security_status.value_or(false)) request.query("securityStatus", true);
    if (options.files_metadata) request.query("blobs", true);
    query_expand(request, options.expand, options.files_metadata || options.security_status.value_or(false));
    request.token(options.token).timeout(options.timeout).deadline(options.deadline);
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

json::array volumes_json(std::span<const Volume> volumes) {
    json::array out;
    for (const Volume& volume : volumes) out.push_back(json::to_value(volume));
    return out;
}

bool is_missing(const HfHubHTTPError& error) {
    return error.status() == 404 || error.code() == make_error_code(Errc::repository_not_found) ||
           error.code() == make_error_code(Errc::revision_not_found) ||
           error.code() == make_error_code(Errc::entry_not_found);
}

RepoUrl created_repo(const Session& session, const Repo& asked, std::string_view answer) {
    const json::value parsed = json::try_parse(answer).value_or(json::value());
    const auto text = [&](std::string_view name) {
        const json::value* found = parsed.is_object() ? parsed.get_object().if_contains(name) : nullptr;
        return found && found->is_string() ? std::string(found->get_string()) : std::string();
    };
    const std::string url = text("url");
    std::string id = repo_of_path(url, asked.type());
    if (id.empty()) id = repo_of_path(text("name"), asked.type());
    if (id.empty()) id = asked.id();
    if (asked.type() == repo_type_kernel) {
        RepoUrl out(session.endpoint() + "/" + id, session.endpoint());
        out.repo_type = repo_type_kernel;
        out.url = url.empty() ? session.endpoint() + "/kernels/" + id : url;
        return out;
    }
    RepoUrl out(session.endpoint() + "/" + std::string(repo_url_prefix(asked.type())) + id, session.endpoint());
    if (!url.empty()) out.url = url;
    return out;
}

boost::asio::awaitable<Duplicate> duplicate_repository(Session session, Repo from, std::string to_namespace,
                                                       std::string to_name, json::object body, bool exist_ok,
                                                       OwnedToken token) {
    if (to_namespace.empty()) to_namespace = co_await account_name(session, token);
    const std::string id = to_namespace + "/" + to_name;
    body["repository"] = id;
    std::string answer;
    try {
        Request request = post("/api/{}/duplicate", from).json(body).write_token(token.get());
        const Reply reply = co_await session.send(std::move(request));
        answer = reply.body;
    } catch (const HfHubHTTPError& error) {
        if (!exist_ok || error.status() != 409) throw;
        answer = error.info().body;
    }
    RepoUrl url = created_repo(session, Repo(from.type(), id), answer);
    co_return Duplicate(std::move(url), std::move(answer));
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

void ListQuery::filter(std::string_view filter_name, std::optional<std::string_view> value) {
    if (value) filters.emplace_back(filter_name, *value);
}

void ListQuery::filter(std::string_view filter_name, std::optional<bool> value) {
    if (value) filters.emplace_back(filter_name, *value ? "true" : "false");
}

void ListQuery::filter(std::string_view filter_name, const StringList& values) {
    for (std::size_t i = 0; i < values.size(); ++i) filters.emplace_back(filter_name, values[i]);
}

void ListQuery::apply(Request& request) const {
    if (name) request.query("search", search ? *search : std::string_view(*name));
    for (const auto& tag : tags) request.query("filter", tag);
    if (full_with_filter) request.query("full", true);
    request.query("author", author);
    for (const auto& [filter_name, value] : filters) request.query(filter_name, value);
    if (!name) request.query("search", search);
    if (sort) request.query("sort", sort_on_wire(*sort));
    request.query("direction", direction).query("limit", limit);
    if (full) request.query("full", true);
}

void query_expand(Request& request, const StringList& expand, bool other_options) {
    if (!expand.given()) return;
    if (other_options)
        throw_validation("expand", "`expand` cannot be used with options that ask for members of the answer");
    query_all(request, "expand", expand);
}

std::optional<std::string_view> visibility_of(std::optional<bool> private_, TextArg visibility,
                                              std::string_view repo_type) {
    constexpr std::string_view visibilities[] = {"private", "public", "protected"};
    if (private_ && visibility) throw_validation("visibility", "Only one of `private` and `visibility` may be given");
    if (private_) return *private_ ? "private" : "public";
    if (!visibility) return std::nullopt;
    if (std::ranges::find(visibilities, *visibility) == std::end(visibilities))
        throw_validation("visibility",
                         "visibility must be private, public or protected, not '" + std::string(*visibility) + "'");
    if (*visibility == "protected" && repo_type != repo_type_space)
        throw_validation("visibility", "Only Spaces can be protected");
    return *visibility;
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
