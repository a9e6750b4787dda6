#include "api/shared_calls.hpp"

#include <hf/api/refs.hpp>

#include <algorithm>

namespace hf {

static_assert(options_struct<ListRepoRefsOptions> && options_struct<ListRepoCommitsOptions> &&
              options_struct<CreateBranchOptions> && options_struct<DeleteBranchOptions> &&
              options_struct<CreateTagOptions> && options_struct<DeleteTagOptions> &&
              options_struct<SuperSquashHistoryOptions>);

namespace asio = boost::asio;

namespace {

asio::awaitable<GitRefs> refs_impl(Session session, Request request, bool with_pull_requests) {
    GitRefs refs = co_await session.call<GitRefs>(std::move(request));
    if (with_pull_requests && !refs.pull_requests) refs.pull_requests.emplace();
    if (!with_pull_requests) refs.pull_requests.reset();
    co_return refs;
}

asio::awaitable<void> branch_impl(Session session, Request create, Request refs, std::string branch, bool exist_ok) {
    std::exception_ptr failure;
    unsigned status = 0;
    try {
        co_await session.send(std::move(create));
        co_return;
    } catch (const HfHubHTTPError& error) {
        failure = std::current_exception();
        status = error.status();
    }
    if (exist_ok && status == 409) co_return;
    if (!exist_ok || status != 403) std::rethrow_exception(failure);
    // Someone who may not create any may still mean a branch that is there.
    const GitRefs found = co_await refs_impl(session, std::move(refs), false);
    if (std::ranges::find(found.branches, branch, &GitRefInfo::name) == found.branches.end())
        std::rethrow_exception(failure);
}

Request refs_request(const Repo& repo, TokenArg token) { return get("/api/{}/refs", repo).token(token); }

}  // namespace

asio::awaitable<GitRefs> RefsApi::list_repo_refs(std::string_view repo_id, ListRepoRefsOptions options) const {
    Request request = refs_request(Repo::of_any_type(options.repo_type, repo_id), options.token);
    if (options.include_pull_requests) request.query("include_prs", 1);
    return refs_impl(session_, std::move(request), options.include_pull_requests);
}

AsyncGenerator<GitCommitInfo> RefsApi::list_repo_commits(std::string_view repo_id,
                                                         ListRepoCommitsOptions options) const {
    Request request = get("/api/{}/commits/{}", Repo::of_any_type(options.repo_type, repo_id),
                          detail::revision_segment(options.revision))
                          .token(options.token);
    if (options.formatted) request.query("expand[]", "formatted");
    return session_.list<GitCommitInfo>(std::move(request), ListOptions{options.limit, options.cursor, true});
}

asio::awaitable<void> RefsApi::create_branch(std::string_view repo_id, CreateBranchOptions options) const {
    detail::require("branch", options.branch);
    json::object body;
    if (!options.revision.empty()) body["startingPoint"] = options.revision;
    const Repo repo = Repo::of_any_type(options.repo_type, repo_id);
    Request create = post("/api/{}/branch/{}", repo, segment(options.branch)).json(body).write_token(options.token);
    return branch_impl(session_, std::move(create), refs_request(repo, options.token), std::string(options.branch),
                       options.exist_ok);
}

asio::awaitable<void> RefsApi::delete_branch(std::string_view repo_id, DeleteBranchOptions options) const {
    detail::require("branch", options.branch);
    return session_.call<void>(
        del("/api/{}/branch/{}", Repo::of_any_type(options.repo_type, repo_id), segment(options.branch))
            .write_token(options.token));
}

asio::awaitable<void> RefsApi::create_tag(std::string_view repo_id, CreateTagOptions options) const {
    detail::require("tag", options.tag);
    json::object body;
    body["tag"] = options.tag;
    if (options.tag_message) body["message"] = *options.tag_message;
    return detail::call_forgiving(session_,
                                  post("/api/{}/tag/{}", Repo::of_any_type(options.repo_type, repo_id),
                                       detail::revision_segment(options.revision))
                                      .json(body)
                                      .write_token(options.token),
                                  options.exist_ok ? 409 : 0);
}

asio::awaitable<void> RefsApi::delete_tag(std::string_view repo_id, DeleteTagOptions options) const {
    detail::require("tag", options.tag);
    return session_.call<void>(
        del("/api/{}/tag/{}", Repo::of_any_type(options.repo_type, repo_id), segment(options.tag))
            .write_token(options.token));
}

asio::awaitable<void> RefsApi::super_squash_history(std::string_view repo_id, SuperSquashHistoryOptions options) const {
    const std::string branch(options.branch.empty() ? std::string_view("main") : options.branch);
    json::object body;
    body["message"] = options.commit_message.empty() ? "Super-squash branch '" + branch + "' using huggingface_hub"
                                                     : std::string(options.commit_message);
    return session_.call<void>(post("/api/{}/super-squash/{}", Repo(options.repo_type, repo_id), segment(branch))
                                   .json(body)
                                   .write_token(options.token));
}

}  // namespace hf
