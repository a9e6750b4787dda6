#include "api/commit_flow.hpp"

#include "api/commit_copies.hpp"
#include "api/commit_info.hpp"
#include "async/on_strand.hpp"
#include "async/slice.hpp"
#include "core/rethrow.hpp"
#include "engine/upload/commit_payload.hpp"
#include "engine/upload/commit_recovery.hpp"
#include "engine/upload/preupload.hpp"
#include "engine/upload/upload_body.hpp"
#include "engine/upload/upload_state.hpp"
#include "session/error_mapping.hpp"

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

void require_valid(const CommitCall& call) {
    if (!call.message || call.message->empty())
        throw_validation("commit_message", "`commit_message` can't be empty, please pass a value.");
    if (!call.parent_commit.empty() && !is_commit_oid(call.parent_commit))
        throw_validation("parent_commit", "`parent_commit` is not a valid commit OID: '" + call.parent_commit +
                                              "'. It must be 5 to 40 hexadecimal digits.");
}

void require_valid(const CommitOperationAdd& add) {
    if (add.is_committed())
        throw_validation("operations", "'" + add.path_in_repo() +
                                           "' has already been committed and cannot be reused. Please create a new "
                                           "CommitOperationAdd.");
    if (add.path_in_repo().ends_with('/'))
        throw_validation("path_in_repo", "Invalid path_in_repo '" + add.path_in_repo() + "': it names a folder");
}

asio::awaitable<void> expect(ProgressSink* progress, const std::vector<CommitOperationAdd>& additions, Slice& slice) {
    if (!progress) co_return;
    for (const auto& addition : additions) {
        if (slice.is_over_lightly()) co_await slice.pause();
        // Only once, though an LFS object may be stored by one call and committed by another.
        if (std::exchange(addition.state().expected, true)) continue;
        progress->expect(1, static_cast<std::int64_t>(addition.size()));
    }
    progress->set_state(ProgressSink::State::transferring);
}

// LFS files were reported when they were stored.
void report_committed(ProgressSink& progress, const CommitOperationAdd& addition) {
    const bool ignored = addition.should_ignore().value_or(false);
    if (ignored || addition.state().unchanged)
        progress.file_done(addition.path_in_repo(), addition.size(), true);
    else if (addition.upload_mode() != UploadMode::lfs)
        progress.file_done(addition.path_in_repo());
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
        if (!lacks_route(error.status())) throw;
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

[[noreturn]] void rethrow_commit_error(const Error& error, bool deletes) {
    if (dynamic_cast<const RepositoryNotFoundError*>(&error)) rethrow_no_repo(error);
    if (error.status() == 413)
        rethrow_as(error, error.message() +
                              "\nThe commit is too large for the Hub. `upload_folder` makes several with "
                              "`split_commits`.");
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

/// One call of create_commit.
class Commit {
public:
    Commit(std::shared_ptr<const CommitCall> call, std::vector<CommitOperation> operations)
        : call_(std::move(call)), operations_(std::move(operations)) {}

    asio::awaitable<CommitInfo> run();
    /// Says of the additions whether they were committed, and frees what there is of each file.
    asio::awaitable<void> end();

private:
    asio::awaitable<void> look_through();
    asio::awaitable<void> note_contested();
    asio::awaitable<CommitInfo> leave_out_everything(std::string head);
    asio::awaitable<CommitInfo> send();
    asio::awaitable<void> report();

    std::shared_ptr<const CommitCall> call_;
    std::vector<CommitOperation> operations_;
    std::vector<CommitOperationAdd> additions_;
    FilesToCopy copies_;
    std::string head_;  // of the revision, before
    bool deletes_ = false;
    bool made_ = false;  // the commit
    Slice slice_;
};

asio::awaitable<void> Commit::look_through() {
    for (const auto& operation : operations_) {
        if (slice_.is_over_lightly()) co_await slice_.pause();
        deletes_ = deletes_ || std::holds_alternative<CommitOperationDelete>(operation);
        const auto* add = std::get_if<CommitOperationAdd>(&operation);
        if (!add) continue;
        require_valid(*add);
        additions_.push_back(*add);
    }
}

asio::awaitable<void> Commit::note_contested() {
    Contested contested;
    for (const auto& operation : operations_) {
        contested.add(operation);
        if (slice_.is_over_lightly()) co_await slice_.pause();
    }
    for (const auto& addition : additions_) {
        addition.state().contested = contested.contains(addition.path_in_repo());
        if (slice_.is_over_lightly()) co_await slice_.pause();
    }
    co_await clear_in_slices(contested, slice_);
}

asio::awaitable<CommitInfo> Commit::leave_out_everything(std::string head) {
    call_->session.warn("nothing to commit: " + call_->repo.id() + " has all of it already, or it is ignored");
    co_await report();
    if (head.empty()) head = co_await head_of(call_);
    co_return commit_at(*call_, head);
}

asio::awaitable<CommitInfo> Commit::send() {
    CommitPayload payload(*call_->message, call_->description, call_->parent_commit, std::move(operations_),
                          std::move(copies_));
    SentCommit sent(*call_->message, call_->description, head_, call_->session.clock().now());
    const auto sent_bytes = std::make_shared<SentBytes>(call_->progress);
    std::exception_ptr unclear;
    unsigned status = 0;
    CommitInfo info;
    try {
        net::Body body = co_await payload.body(sent_bytes, slice_);
        const json::value answer = co_await send_commit(call_, std::move(body));
        made_ = true;
        info = read_commit_info(*call_->message, call_->description, answer, call_->create_pr, repo_url(*call_));
    } catch (const Error& error) {
        if (!is_commit_fate_unclear(error)) {
            sent_bytes->take_back();
            rethrow_commit_error(error, deletes_);
        }
        unclear = std::current_exception();
        status = error.status();
    }
    if (unclear) {
        const std::optional<FoundCommit> found = co_await recover_commit(call_, std::move(sent), status);
        if (!found) {
            sent_bytes->take_back();
            rethrow_not_found(unclear);
        }
        made_ = true;
        info = commit_at(*call_, found->oid, found->pr_num);
    }
    operations_ = payload.take_operations();
    co_return info;
}

asio::awaitable<void> Commit::report() {
    ProgressSink* const progress = call_->progress;
    if (!progress) co_return;
    for (const auto& addition : additions_) {
        report_committed(*progress, addition);
        if (slice_.is_over_lightly()) co_await slice_.pause();
    }
    progress->set_state(ProgressSink::State::done);
}

asio::awaitable<CommitInfo> Commit::run() {
    co_await look_through();
    co_await expect(call_->progress, additions_, slice_);
    co_await note_contested();
    std::string head = co_await preupload(call_, additions_, std::nullopt, slice_);
    // Upon another commit than the one that was compared with nothing is known to be unchanged.
    const bool is_base = head.starts_with(call_->parent_commit) && (!head.empty() || additions_.empty());
    operations_ = co_await settle_copies(call_, std::move(operations_), is_base, copies_, slice_);
    const auto is_needless = [is_base](const CommitOperation& operation) {
        return is_ignored(operation) || (is_base && is_unchanged(operation));
    };
    co_await erase_in_slices(operations_, is_needless, slice_);
    if (operations_.empty()) co_return co_await leave_out_everything(std::move(head));
    head_ = call_->parent_commit.empty() ? std::move(head) : call_->parent_commit;
    CommitInfo info = co_await send();
    // It is made, whoever wants to hear of it.
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await report();
    co_return info;
}

asio::awaitable<void> Commit::end() {
    for (const auto& addition : additions_) {
        if (made_) addition.state().committed = true;
        if (slice_.is_over_lightly()) co_await slice_.pause();
    }
    co_await clear_in_slices(operations_, slice_);
    co_await clear_in_slices(additions_, slice_);
}

asio::awaitable<CommitInfo> run_commit(std::shared_ptr<const CommitCall> call,
                                       std::vector<CommitOperation> operations) {
    require_valid(*call);
    Commit commit(std::move(call), std::move(operations));
    std::exception_ptr failure;
    CommitInfo info;
    try {
        info = co_await commit.run();
    } catch (...) {
        failure = std::current_exception();
    }
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await commit.end();
    if (failure) std::rethrow_exception(failure);
    co_return info;
}

asio::awaitable<void> run_preupload(std::shared_ptr<const CommitCall> call, std::vector<CommitOperationAdd> additions,
                                    std::optional<std::string> gitignore, bool free_memory) {
    Slice slice;
    co_await expect(call->progress, additions, slice);
    std::vector<CommitOperationAdd> fresh;
    for (const auto& addition : additions) {
        if (free_memory && !addition.is_uploaded()) fresh.push_back(addition);
        if (slice.is_over_lightly()) co_await slice.pause();
    }
    co_await preupload(call, additions, std::move(gitignore), slice);
    for (const auto& addition : fresh) {
        if (addition.is_uploaded()) addition.state().content = UploadContent::from_bytes(std::string());
        if (slice.is_over_lightly()) co_await slice.pause();
    }
    co_await clear_in_slices(fresh, slice);
    co_await clear_in_slices(additions, slice);
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
