#include "engine/upload/commit_recovery.hpp"
#include "core/json_access.hpp"

#include <hf/core/datetime.hpp>

#include <algorithm>
#include <array>
#include <span>

namespace hf {
namespace asio = boost::asio;
namespace {

using std::chrono::seconds;

// The edge of the Hub gives up after 60 s while the Hub goes on. An internal error is the Hub's own word,
// but commits were seen to exist after one.
constexpr std::array<seconds, 7> patient = {seconds(0), seconds(1),  seconds(2), seconds(4),
                                            seconds(8), seconds(15), seconds(30)};
constexpr std::span<const seconds> hasty = std::span(patient).first(3);

// Dates of commits have whole seconds.
constexpr seconds precision{2};

std::string text_member(const json::object& object, std::string_view name) {
    return std::string(text_of(object.if_contains(name)).value_or(""));
}

// The Hub splits and trims a message; what remains the same are the characters that show.
std::string shown(std::string_view first, std::string_view second) {
    std::string out;
    for (const auto text : {first, second})
        std::ranges::copy_if(text, std::back_inserter(out), [](char c) { return static_cast<unsigned char>(c) > ' '; });
    return out;
}

bool is_since(const json::object& object, std::string_view name, Timestamp not_before) {
    const auto date = try_parse_datetime(text_member(object, name));
    return date && *date >= not_before;
}

// The moment of sending on the clock of the server that answers now.
Timestamp sent_at(const Reply& reply, const SentCommit& commit, const Clock& clock) {
    const auto here = clock.system_now();
    const auto now_here = std::chrono::floor<seconds>(here);
    const auto date = reply.fields.find("Date");
    const auto server_now = date ? parse_http_date(*date, now_here) : std::nullopt;
    const auto elapsed = std::chrono::duration_cast<std::chrono::microseconds>(clock.now() - commit.sent);
    return server_now.value_or(now_here) - elapsed - precision;
}

asio::awaitable<Reply> read_json(std::shared_ptr<const CommitCall> call, std::string path) {
    Request request(net::Method::get, std::move(path));
    request.token(call->token.get());
    return call->session.send(std::move(request));
}

asio::awaitable<std::optional<FoundCommit>> look(std::shared_ptr<const CommitCall> call, SentCommit commit) {
    const Clock& clock = call->session.clock();
    FoundCommit found;
    std::string revision = call->revision;
    if (call->create_pr) {
        const std::string path = detail::fill("/api/{}/discussions?page_index=0", std::array{call->repo.api_path()});
        const Reply reply = co_await read_json(call, path);
        found.pr_num = find_pull_request(json::parse(reply.body), commit, sent_at(reply, commit, clock));
        if (!found.pr_num) co_return std::nullopt;
        revision = "refs/pr/" + std::to_string(*found.pr_num);
    }
    const std::array parts{call->repo.api_path(), quote(revision, "")};
    const Reply reply = co_await read_json(call, detail::fill("/api/{}/commits/{}", parts));
    const auto oid = find_commit(json::parse(reply.body), commit, sent_at(reply, commit, clock));
    if (!oid) co_return std::nullopt;
    found.oid = *oid;
    co_return found;
}

}  // namespace

bool is_commit_fate_unclear(const Error& error) {
    if (error.info().unsent) return false;
    switch (error.status()) {
        case 408:
        case 500:
        case 502:
        case 503:
        case 504: return true;
        default: break;
    }
    return error.code() == ErrorCondition::network && error.code() != make_error_code(Errc::tls);
}

std::optional<std::string> find_commit(const json::value& history, const SentCommit& commit, Timestamp not_before) {
    const json::array* commits = history.if_array();
    if (!commits) return std::nullopt;
    for (const auto& item : *commits) {
        const json::object* entry = item.if_object();
        if (!entry) continue;
        const std::string id = text_member(*entry, "id");
        if (!commit.head.empty() && id.starts_with(commit.head)) break;
        if (commit.head.empty() && !is_since(*entry, "date", not_before)) break;
        if (shown(text_member(*entry, "title"), text_member(*entry, "message")) ==
            shown(commit.summary, commit.description))
            return id;
    }
    return std::nullopt;
}

std::optional<std::int64_t> find_pull_request(const json::value& discussions, const SentCommit& commit,
                                              Timestamp not_before) {
    const json::object* members = discussions.if_object();
    const json::value* list = members ? members->if_contains("discussions") : nullptr;
    if (!list || !list->is_array()) return std::nullopt;
    std::optional<std::int64_t> newest;
    const std::string_view title = std::string_view(commit.summary).substr(0, commit.summary.find('\n'));
    for (const auto& item : list->get_array()) {
        const json::object* entry = item.if_object();
        const json::value* num = entry ? entry->if_contains("num") : nullptr;
        const json::value* is_pull_request = entry ? entry->if_contains("isPullRequest") : nullptr;
        if (!num || !num->is_int64() || !is_pull_request || !is_pull_request->is_bool() || !is_pull_request->get_bool())
            continue;
        if (shown(text_member(*entry, "title"), {}) != shown(title, {}) || !is_since(*entry, "createdAt", not_before))
            continue;
        newest = std::max(newest.value_or(0), num->get_int64());
    }
    return newest;
}

asio::awaitable<std::optional<FoundCommit>> recover_commit(std::shared_ptr<const CommitCall> call, SentCommit commit,
                                                           unsigned status) {
    for (const seconds delay : status == 500 ? hasty : std::span<const seconds>(patient)) {
        if (delay.count() > 0) co_await call->session.clock().sleep(delay);
        try {
            std::optional<FoundCommit> found = co_await look(call, commit);
            if (found) co_return found;
        } catch (const Error&) {
            // The Hub is still in trouble; what matters to the caller is the error of the commit.
        }
    }
    co_return std::nullopt;
}

}  // namespace hf
