#include "api/commit_flow.hpp"

#include "api/commit_copies.hpp"
#include "api/commit_info.hpp"
#include "async/on_strand.hpp"
#include "core/rethrow.hpp"
#include "engine/upload/commit_payload.hpp"
#include "engine/upload/commit_recovery.hpp"
#include "engine/upload/preupload.hpp"
#include "engine/upload/upload_body.hpp"
#include "engine/upload/upload_state.hpp"

#include <hf/core/constants.hpp>
#include <hf/core/repo.hpp>
#include <hf/transfer/progress.hpp>

#include <algorithm>
#include <utility>

namespace hf {
namespace asio = boost::asio;

namespace {

// The edge of the Hub ends requests after 60 s; other servers may take longer over a large commit.
constexpr double commit_timeout_s = 300;

void expect(ProgressSink* progress, const std::vector<CommitOperationAdd>& additions) {
    if (!progress) return;
    for (const auto& addition : additions) {
        // Only once, though an LFS object may be stored by one call and committed by another.
        if (std::exchange(addition.state().expected, true)) continue;
        progress->expect(1, static_cast<std::int64_t>(addition.size()));
    }
    progress->set_state(ProgressSink::State::transferring);
}

void require_valid(const CommitCall& call, const std::vector<CommitOperation>& operations) {
    if (!call.message || call.message->empty())
        throw_validation("commit_message", "`commit_message` can't be empty, please pass a value.");
    if (!call.parent_commit.empty() && !is_commit_oid(call.parent_commit))
        throw_validation("parent_commit", "`parent_commit` is not a valid commit OID: '" + call.parent_commit +
                                              "'. It must be 5 to 40 hexadecimal digits.");
    for (const auto& operation : operations) {
        const auto* add = std::get_if<CommitOperationAdd>(&operation);
        if (!add) continue;
        if (add->is_committed())
            throw_validation("operations", "'" + add->path_in_repo() +
                                               "' has already been committed and cannot be reused. Please create a new "
                                               "CommitOperationAdd.");
        if (add->path_in_repo().ends_with('/'))
            throw_validation("path_in_repo", "Invalid path_in_repo '" + add->path_in_repo() + "': it names a folder");
    }
}

// LFS files were reported when they were stored.
void report_committed(ProgressSink* progress, const std::vector<CommitOperationAdd>& additions) {
    if (!progress) return;
    for (const auto& addition : additions) {
        const bool ignored = addition.should_ignore().value_or(false);
        if (ignored || addition.state().unchanged)
            progress->file_done(addition.path_in_repo(), addition.size(), true);
        else if (addition.upload_mode() != UploadMode::lfs)
            progress->file_done(addition.path_in_repo());
    }
    progress->set_state(ProgressSink::State::done);
}

void note_contested(const std::vector<CommitOperation>& operations) {
    const Contested contested(operations);
    for (const auto& operation : operations)
        if (const auto* add = std::get_if<CommitOperationAdd>(&operation))
            add->state().contested = contested.contains(add->path_in_repo());
}

struct RevisionHead {
    std::string sha;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(RevisionHead, (), (sha))

/// Empty where the server has no such route.
asio::awaitable<std::string> head_of(std::shared_ptr<const CommitCall> call) {
    Request request = get("/api/{}/revision/{}", call->repo, segment(call->revision));
    request.token(call->token.get());
    RevisionHead head;
    try {
        head = co_await call->session.call<RevisionHead>(std::move(request));
    } catch (const HfHubHTTPError& error) {
        if (error.status() != 404 && error.status() != 405 && error.status() != 501) throw;
    }
    co_return head.sha;
}

std::string repo_url(const CommitCall& call) { return call.session.endpoint() + "/" + call.repo.url_path(); }

CommitInfo commit_at(const CommitCall& call, const std::string& oid,
                     std::optional<std::int64_t> pr_num = std::nullopt) {
    const std::string base = repo_url(call);
    std::optional<std::string> pr_url;
    if (pr_num) pr_url = base + "/discussions/" + std::to_string(*pr_num);
    return make_commit_info(*call.message, call.description, oid, base + "/commit/" + oid, std::move(pr_url));
}

[[noreturn]] void rethrow_commit_error(const Error& error, const std::vector<CommitOperation>& operations) {
    if (dynamic_cast<const RepositoryNotFoundError*>(&error)) rethrow_no_repo(error);
    if (error.status() == 413)
        rethrow_as(error, error.message() +
                              "\nThe commit is too large for the Hub. `upload_folder` makes several with "
                              "`split_commits`.");
    const bool deletes = std::ranges::any_of(
        operations, [](const auto& operation) { return std::holds_alternative<CommitOperationDelete>(operation); });
    if (deletes && dynamic_cast<const EntryNotFoundError*>(&error) &&
        error.message().find("A file with this name doesn't exist") != std::string::npos)
        rethrow_as(error, error.message() +
                              "\nMake sure to differentiate file and folder paths in delete operations with a trailing "
                              "'/' or using `is_folder=True/False`.");
    throw;
}

[[noreturn]] void rethrow_not_found(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const Error& error) {
        rethrow_as(error, error.message() + "\nThe commit was not found on the Hub afterwards.");
    }
}

asio::awaitable<json::value> send_commit(std::shared_ptr<const CommitCall> call, net::Body body) {
    Request request = post("/api/{}/commit/{}", call->repo, segment(call->revision));
    if (call->create_pr) request.query("create_pr", "1");
    request.body(std::move(body), "application/x-ndjson");
    request.write_token(call->token.get());
    request.timeout(commit_timeout_s);
    return call->session.call<json::value>(std::move(request));
}

asio::awaitable<CommitInfo> run_commit(std::shared_ptr<const CommitCall> call,
                                       std::vector<CommitOperation> operations) {
    require_valid(*call, operations);
    const Session& session = call->session;
    const auto additions = additions_of(operations);
    expect(call->progress, additions);
    note_contested(operations);
    std::string head = co_await preupload(call, additions, std::nullopt);
    // Upon another commit than the one that was compared with nothing is known to be unchanged.
    const bool is_base = head.starts_with(call->parent_commit) && (!head.empty() || additions.empty());
    FilesToCopy copies;
    operations = co_await settle_copies(call, std::move(operations), is_base, copies);
    if (is_base) std::erase_if(operations, is_unchanged);
    if (std::ranges::all_of(operations, is_ignored)) {
        session.warn("nothing to commit: " + call->repo.id() + " has all of it already, or it is ignored");
        report_committed(call->progress, additions);
        if (head.empty()) head = co_await head_of(call);
        co_return commit_at(*call, head);
    }
    if (!call->parent_commit.empty()) head = call->parent_commit;
    CommitPayload payload(*call->message, call->description, call->parent_commit, operations, std::move(copies));
    SentCommit sent(*call->message, call->description, std::move(head), session.clock().now());

    const auto sent_bytes = std::make_shared<SentBytes>(call->progress);
    std::exception_ptr unclear;
    unsigned status = 0;
    CommitInfo info;
    try {
        const json::value answer = co_await send_commit(call, payload.body(sent_bytes));
        for (const auto& addition : additions) addition.state().committed = true;
        info = read_commit_info(*call->message, call->description, answer, call->create_pr, repo_url(*call));
    } catch (const Error& error) {
        if (!is_commit_fate_unclear(error)) {
            sent_bytes->take_back();
            rethrow_commit_error(error, operations);
        }
        unclear = std::current_exception();
        status = error.status();
    }
    if (unclear) {
        const std::optional<FoundCommit> found = co_await recover_commit(call, std::move(sent), status);
        if (!found) {
            sent_bytes->take_back();
            rethrow_not_found(unclear);
        }
        for (const auto& addition : additions) addition.state().committed = true;
        info = commit_at(*call, found->oid, found->pr_num);
    }
    report_committed(call->progress, additions);
    co_return info;
}

asio::awaitable<void> run_preupload(std::shared_ptr<const CommitCall> call, std::vector<CommitOperationAdd> additions,
                                    std::optional<std::string> gitignore, bool free_memory) {
    expect(call->progress, additions);
    std::vector<CommitOperationAdd> fresh;
    std::ranges::copy_if(additions, std::back_inserter(fresh), [](const auto& add) { return !add.is_uploaded(); });
    co_await preupload(call, std::move(additions), std::move(gitignore));
    if (!free_memory) co_return;
    for (const auto& addition : fresh) {
        if (addition.is_uploaded()) addition.state().content = UploadContent::from_bytes(std::string());
    }
}

}  // namespace

asio::awaitable<CommitInfo> make_commit(std::shared_ptr<const CommitCall> call,
                                        std::vector<CommitOperation> operations) {
    return on_strand(run_commit(std::move(call), std::move(operations)));
}

asio::awaitable<void> store_lfs_files(std::shared_ptr<const CommitCall> call, std::vector<CommitOperationAdd> additions,
                                      std::optional<std::string> gitignore, bool free_memory) {
    return on_strand(run_preupload(std::move(call), std::move(additions), std::move(gitignore), free_memory));
}

}  // namespace hf
