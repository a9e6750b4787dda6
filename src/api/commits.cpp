#include "api/commit_copies.hpp"
#include "api/commit_info.hpp"
#include "async/on_strand.hpp"
#include "core/rethrow.hpp"
#include "engine/upload/commit_payload.hpp"
#include "engine/upload/commit_recovery.hpp"
#include "engine/upload/preupload.hpp"
#include "engine/upload/upload_body.hpp"
#include "engine/upload/upload_state.hpp"

#include <hf/api/commits.hpp>
#include <hf/core/constants.hpp>
#include <hf/core/repo.hpp>
#include <hf/transfer/progress.hpp>

#include <algorithm>
#include <utility>

namespace hf {
namespace asio = boost::asio;

static_assert(options_struct<CommitOptions>);
static_assert(options_struct<PreuploadOptions>);

namespace {

constexpr unsigned default_uploads = 8;
// The edge of the Hub ends requests after 60 s; other servers may take longer over a large commit.
constexpr double commit_timeout_s = 300;

/// CommitOptions that own their texts.
class CommitRequest {
public:
    CommitRequest(std::string_view repo_id, const CommitOptions& options)
        : repo_id(repo_id),
          repo_type(options.repo_type),
          revision(options.revision.empty() ? default_revision : options.revision),
          description(options.commit_description),
          parent_commit(options.parent_commit),
          create_pr(options.create_pr),
          num_threads(options.num_threads),
          progress(options.progress),
          token(options.token) {
        if (options.commit_message) message = std::string(*options.commit_message);
        if (options.worker) worker = *options.worker;
    }

    void default_message(std::string text) {
        if (!message) message = std::move(text);
    }

    std::string repo_id;
    std::string repo_type;
    std::string revision;
    std::optional<std::string> message;
    std::string description;
    std::string parent_commit;
    bool create_pr;
    unsigned num_threads;
    asio::any_io_executor worker;
    ProgressSink* progress;
    OwnedToken token;
};

std::shared_ptr<const UploadTarget> make_target(const Session& session, const CommitRequest& request,
                                                std::shared_ptr<Uploads> uploads) {
    auto target = std::make_shared<UploadTarget>(session, Repo(request.repo_type, request.repo_id), request.revision,
                                                 request.token.get(), request.create_pr);
    if (request.num_threads > 0)
        target->num_threads = request.num_threads;
    else
        target->num_threads = default_uploads;
    target->worker = request.worker;
    target->progress = request.progress;
    target->uploads = std::move(uploads);
    return target;
}

void require_valid(const CommitRequest& request, const std::vector<CommitOperation>& operations) {
    if (!request.message || request.message->empty())
        throw_validation("commit_message", "`commit_message` can't be empty, please pass a value.");
    if (!request.parent_commit.empty() && !is_commit_oid(request.parent_commit))
        throw_validation("parent_commit", "`parent_commit` is not a valid commit OID: '" + request.parent_commit +
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

void expect(ProgressSink* progress, const std::vector<CommitOperationAdd>& additions) {
    if (!progress) return;
    for (const auto& addition : additions) {
        // Only once, though an LFS object may be stored by one call and committed by another.
        if (std::exchange(addition.state().expected, true)) continue;
        progress->expect(1, static_cast<std::int64_t>(addition.size()));
    }
    progress->set_state(ProgressSink::State::transferring);
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
asio::awaitable<std::string> head_of(std::shared_ptr<const UploadTarget> target) {
    Request request = get("/api/{}/revision/{}", target->repo, segment(target->revision));
    request.token(target->token.get());
    RevisionHead head;
    try {
        head = co_await target->session.call<RevisionHead>(std::move(request));
    } catch (const HfHubHTTPError& error) {
        if (error.status() != 404 && error.status() != 405 && error.status() != 501) throw;
    }
    co_return head.sha;
}

std::string repo_url(const UploadTarget& target) { return target.session.endpoint() + "/" + target.repo.url_path(); }

CommitInfo commit_at(const UploadTarget& target, const CommitRequest& request, const std::string& oid,
                     std::optional<std::int64_t> pr_num = std::nullopt) {
    const std::string base = repo_url(target);
    std::optional<std::string> pr_url;
    if (pr_num) pr_url = base + "/discussions/" + std::to_string(*pr_num);
    return make_commit_info(*request.message, request.description, oid, base + "/commit/" + oid, std::move(pr_url));
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

asio::awaitable<json::value> send_commit(std::shared_ptr<const UploadTarget> target, net::Body body) {
    Request request = post("/api/{}/commit/{}", target->repo, segment(target->revision));
    if (target->create_pr) request.query("create_pr", "1");
    request.body(std::move(body), "application/x-ndjson");
    request.write_token(target->token.get());
    request.timeout(commit_timeout_s);
    return target->session.call<json::value>(std::move(request));
}

asio::awaitable<CommitInfo> run_commit(Session session, std::shared_ptr<Uploads> uploads, CommitRequest request,
                                       std::vector<CommitOperation> operations) {
    require_valid(request, operations);
    const auto target = make_target(session, request, std::move(uploads));
    const auto additions = additions_of(operations);
    expect(target->progress, additions);
    note_contested(operations);
    std::string head = co_await preupload(target, additions, std::nullopt);
    // Upon another commit than the one that was compared with nothing is known to be unchanged.
    const bool is_base = head.starts_with(request.parent_commit) && (!head.empty() || additions.empty());
    FilesToCopy copies;
    operations = co_await settle_copies(target, std::move(operations), is_base, copies);
    if (is_base) std::erase_if(operations, is_unchanged);
    if (std::ranges::all_of(operations, is_ignored)) {
        session.warn("nothing to commit: " + target->repo.id() + " has all of it already, or it is ignored");
        report_committed(target->progress, additions);
        if (head.empty()) head = co_await head_of(target);
        co_return commit_at(*target, request, head);
    }
    if (!request.parent_commit.empty()) head = request.parent_commit;
    CommitPayload payload(*request.message, request.description, request.parent_commit, operations, std::move(copies));
    SentCommit sent(*request.message, request.description, std::move(head), session.clock().now());

    const auto sent_bytes = std::make_shared<SentBytes>(target->progress);
    std::exception_ptr unclear;
    unsigned status = 0;
    CommitInfo info;
    try {
        const json::value answer = co_await send_commit(target, payload.body(sent_bytes));
        for (const auto& addition : additions) addition.state().committed = true;
        info = read_commit_info(*request.message, request.description, answer, request.create_pr, repo_url(*target));
    } catch (const Error& error) {
        if (!is_commit_fate_unclear(error)) {
            sent_bytes->take_back();
            rethrow_commit_error(error, operations);
        }
        unclear = std::current_exception();
        status = error.status();
    }
    if (unclear) {
        const std::optional<FoundCommit> found = co_await recover_commit(target, std::move(sent), status);
        if (!found) {
            sent_bytes->take_back();
            rethrow_not_found(unclear);
        }
        for (const auto& addition : additions) addition.state().committed = true;
        info = commit_at(*target, request, found->oid, found->pr_num);
    }
    report_committed(target->progress, additions);
    co_return info;
}

asio::awaitable<CommitInfo> commit(Session session, std::shared_ptr<Uploads> uploads, CommitRequest request,
                                   std::vector<CommitOperation> operations) {
    return on_strand(run_commit(std::move(session), std::move(uploads), std::move(request), std::move(operations)));
}

asio::awaitable<CommitInfo> run_upload_file(Session session, std::shared_ptr<Uploads> uploads, CommitRequest request,
                                            UploadContent content, std::string path_in_repo) {
    request.default_message("Upload " + path_in_repo + " with huggingface_hub");
    std::vector<CommitOperation> operations;
    operations.emplace_back(std::in_place_type<CommitOperationAdd>, path_in_repo, std::move(content));
    const Repo repo(request.repo_type, request.repo_id);
    std::string revision = request.revision;
    CommitInfo info = co_await commit(session, std::move(uploads), std::move(request), std::move(operations));
    if (info.pr_revision) revision = quote(*info.pr_revision, "");
    info.url = session.endpoint() + "/" + repo.url_path() + "/blob/" + revision + "/" + path_in_repo;
    co_return info;
}

asio::awaitable<CommitInfo> run_delete(Session session, std::shared_ptr<Uploads> uploads, CommitRequest request,
                                       std::string path_in_repo, bool is_folder) {
    std::vector<CommitOperation> operations;
    if (is_folder) {
        request.default_message("Delete folder " + path_in_repo + " with huggingface_hub");
        operations.emplace_back(std::in_place_type<CommitOperationDelete>, path_in_repo, true);
    } else {
        request.default_message("Delete " + path_in_repo + " with huggingface_hub");
        operations.emplace_back(std::in_place_type<CommitOperationDelete>, path_in_repo);
    }
    CommitInfo info = co_await commit(session, std::move(uploads), std::move(request), std::move(operations));
    co_return info;
}

asio::awaitable<void> run_preupload(Session session, std::shared_ptr<Uploads> uploads, CommitRequest request,
                                    std::vector<CommitOperationAdd> additions, std::optional<std::string> gitignore,
                                    bool free_memory) {
    const auto target = make_target(session, request, std::move(uploads));
    expect(target->progress, additions);
    std::vector<CommitOperationAdd> fresh;
    std::ranges::copy_if(additions, std::back_inserter(fresh), [](const auto& add) { return !add.is_uploaded(); });
    co_await preupload(target, std::move(additions), std::move(gitignore));
    if (!free_memory) co_return;
    for (const auto& addition : fresh) {
        if (addition.is_uploaded()) addition.state().content = UploadContent::from_bytes(std::string());
    }
}

}  // namespace

CommitsApi::CommitsApi(Session session) : session_(std::move(session)), uploads_(std::make_shared<Uploads>()) {}

asio::awaitable<CommitInfo> CommitsApi::create_commit(std::string_view repo_id, std::vector<CommitOperation> operations,
                                                      CommitOptions options) const {
    return commit(session_, uploads_, CommitRequest(repo_id, options), std::move(operations));
}

asio::awaitable<void> CommitsApi::preupload_lfs_files(std::string_view repo_id,
                                                      std::vector<CommitOperationAdd> additions,
                                                      PreuploadOptions options) const {
    CommitOptions common;
    common.token = options.token;
    common.repo_type = options.repo_type;
    common.revision = options.revision;
    common.create_pr = options.create_pr;
    common.num_threads = options.num_threads;
    common.worker = options.worker;
    common.progress = options.progress;
    std::optional<std::string> gitignore;
    if (options.gitignore_content) gitignore = std::string(*options.gitignore_content);
    return on_strand(run_preupload(session_, uploads_, CommitRequest(repo_id, common), std::move(additions),
                                   std::move(gitignore), options.free_memory));
}

asio::awaitable<CommitInfo> CommitsApi::upload_file(UploadContent path_or_fileobj, std::string_view path_in_repo,
                                                    std::string_view repo_id, CommitOptions options) const {
    return run_upload_file(session_, uploads_, CommitRequest(repo_id, options), std::move(path_or_fileobj),
                           std::string(path_in_repo));
}

asio::awaitable<CommitInfo> CommitsApi::delete_file(std::string_view path_in_repo, std::string_view repo_id,
                                                    CommitOptions options) const {
    return run_delete(session_, uploads_, CommitRequest(repo_id, options), std::string(path_in_repo), false);
}

asio::awaitable<CommitInfo> CommitsApi::delete_folder(std::string_view path_in_repo, std::string_view repo_id,
                                                      CommitOptions options) const {
    return run_delete(session_, uploads_, CommitRequest(repo_id, options), std::string(path_in_repo), true);
}

}  // namespace hf
