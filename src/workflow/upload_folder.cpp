#include "async/on_strand.hpp"
#include "engine/files/local_path.hpp"
#include "session/kept_entries.hpp"
#include "workflow/commit_parts.hpp"
#include "workflow/folder_listing.hpp"

#include <hf/api/files.hpp>
#include <hf/core/constants.hpp>
#include <hf/core/glob.hpp>
#include <hf/core/repo.hpp>
#include <hf/core/token_arg.hpp>
#include <hf/transfer/progress.hpp>
#include <hf/workflow/multi_commits.hpp>
#include <hf/workflow/upload_folder.hpp>

#include <algorithm>
#include <set>

namespace hf {
namespace asio = boost::asio;
namespace fs = std::filesystem;

static_assert(options_struct<UploadFolderOptions>);

namespace {

/// UploadFolderOptions that own their texts.
class FolderRequest {
public:
    FolderRequest(std::string_view repo_id, fs::path folder, const UploadFolderOptions& options)
        : repo_id(repo_id),
          folder(std::move(folder)),
          path_in_repo(options.path_in_repo),
          message(options.commit_message),
          description(options.commit_description),
          token(options.token),
          repo_type(options.repo_type),
          revision(options.revision),
          parent_commit(options.parent_commit),
          allow(patterns(options.allow_patterns)),
          ignore(options.ignore_patterns.to_vector()),
          remove(patterns(options.delete_patterns)),
          create_pr(options.create_pr),
          multi_commits(options.multi_commits),
          split_commits(options.split_commits),
          num_threads(options.num_threads),
          progress(options.progress) {
        if (options.worker) worker = *options.worker;
        if (message.empty()) message = "Upload folder using huggingface_hub";
    }

    std::string repo_id;
    fs::path folder;
    std::string path_in_repo;
    std::string message;
    std::string description;
    OwnedToken token;
    std::string repo_type;
    std::string revision;
    std::string parent_commit;
    PatternFilter::Patterns allow;
    std::vector<std::string> ignore;
    PatternFilter::Patterns remove;
    bool create_pr;
    bool multi_commits;
    bool split_commits;
    unsigned num_threads;
    asio::any_io_executor worker;
    ProgressSink* progress;

private:
    static PatternFilter::Patterns patterns(const StringList& list) {
        if (!list.given()) return std::nullopt;
        return list.to_vector();
    }
};

fs::path resolve_folder(const fs::path& folder) {
    const fs::path path = expand_home(folder);
    std::error_code error;
    const fs::path resolved = fs::canonical(path, error);
    return error ? path : resolved;
}

asio::awaitable<std::vector<CommitOperation>> deletions(Session session, std::shared_ptr<const FolderRequest> request) {
    std::vector<CommitOperation> operations;
    if (!request->remove) co_return operations;
    const PatternFilter filter(request->remove, std::nullopt);
    const std::string prefix = repo_folder_prefix(request->path_in_repo);
    FilesOptions listing;
    if (!request->create_pr) listing.revision = request->revision;
    listing.repo_type = request->repo_type;
    listing.token = request->token.get();
    auto files = FilesApi(session).list_repo_files(request->repo_id, listing);
    std::size_t seen = 0;
    while (auto path = co_await files.next()) {
        require_room_for_entry(seen++);
        if (*path == ".gitattributes" || !path->starts_with(prefix)) continue;
        if (!filter.matches(std::string_view(*path).substr(prefix.size()))) continue;
        operations.emplace_back(std::in_place_type<CommitOperationDelete>, std::move(*path), false);
    }
    co_return operations;
}

asio::awaitable<std::vector<CommitOperation>> additions(Session session, std::shared_ptr<const FolderRequest> request) {
    FolderListing listing;
    const fs::path folder = resolve_folder(request->folder);
    const FolderFilter filter(request->allow, request->ignore);
    if (request->worker) {
        listing = co_await run_on(request->worker, list_folder(folder, filter));
    } else {
        listing = co_await list_folder(folder, filter);
    }
    for (const auto& sentence : listing.left_out) session.warn("left out of the upload: " + sentence);
    if (listing.files.empty())
        session.warn("nothing to upload: " + folder.string() +
                     (request->allow || !request->ignore.empty() ? " has no file that the patterns let through"
                                                                 : " has no files"));
    const std::string prefix = repo_folder_prefix(request->path_in_repo);
    std::vector<CommitOperation> operations;
    for (const auto& file : listing.files)
        operations.emplace_back(std::in_place_type<CommitOperationAdd>, prefix + file, UploadContent(folder / file));
    co_return operations;
}

// What is uploaded anyway need not be deleted first.
std::vector<CommitOperation> merge(std::vector<CommitOperation> removed, std::vector<CommitOperation> added) {
    std::set<std::string_view> paths;
    for (const auto& operation : added) paths.insert(path_in_repo(operation));
    std::erase_if(removed, [&](const CommitOperation& operation) { return paths.contains(path_in_repo(operation)); });
    removed.insert(removed.end(), std::make_move_iterator(added.begin()), std::make_move_iterator(added.end()));
    return removed;
}

asio::awaitable<CommitInfo> commit_on_pr(Session session, CommitsApi commits,
                                         std::shared_ptr<const FolderRequest> request,
                                         std::vector<CommitOperation> operations) {
    MultiCommitPlan plan = plan_multi_commits(operations);
    CreateCommitsOnPrOptions options;
    options.commit_message = request->message;
    options.commit_description = request->description;
    options.token = request->token.get();
    options.repo_type = request->repo_type;
    options.merge_pr = !request->create_pr;
    options.num_threads = request->num_threads;
    if (request->worker) options.worker = &request->worker;
    options.progress = request->progress;
    MultiCommitsApi api(session, commits);
    const std::string url = co_await api.create_commits_on_pr(request->repo_id, std::move(plan.addition_commits),
                                                              std::move(plan.deletion_commits), options);
    CommitInfo info;
    info.commit_message = request->message;
    info.commit_description = request->description;
    info.pr_url = info.url = url;
    info.pr_num = std::stoll(url.substr(url.rfind('/') + 1));
    info.pr_revision = "refs/pr/" + std::to_string(*info.pr_num);
    co_return info;
}

asio::awaitable<CommitInfo> run_upload_folder(Session session, CommitsApi commits,
                                              std::shared_ptr<const FolderRequest> request) {
    const Repo repo(request->repo_type, request->repo_id);
    if (request->multi_commits && !request->revision.empty() && request->revision != default_revision)
        throw_validation("revision", "Cannot use `multi_commits` to commit changes other than the main branch.");
    if (request->multi_commits && request->split_commits)
        throw_validation("split_commits", "`split_commits` and `multi_commits` exclude each other.");
    if (request->progress) request->progress->set_state(ProgressSink::State::listing);
    std::vector<CommitOperation> removed = co_await deletions(session, request);
    std::vector<CommitOperation> added = co_await additions(session, request);
    auto operations = merge(std::move(removed), std::move(added));
    if (request->multi_commits && !operations.empty())
        co_return co_await commit_on_pr(session, commits, request, std::move(operations));

    CommitOptions options;
    options.commit_message = request->message;
    options.commit_description = request->description;
    options.token = request->token.get();
    options.repo_type = request->repo_type;
    options.revision = request->revision;
    options.create_pr = request->create_pr;
    options.parent_commit = request->parent_commit;
    options.num_threads = request->num_threads;
    if (request->worker) options.worker = &request->worker;
    options.progress = request->progress;
    CommitInfo info;
    if (request->split_commits)
        info = co_await commit_in_parts(session, commits, request->repo_id, std::move(operations), options);
    else
        info = co_await commits.create_commit(request->repo_id, std::move(operations), options);

    std::string revision = request->revision.empty() ? std::string(default_revision) : request->revision;
    if (info.pr_revision) revision = quote(*info.pr_revision, "");
    info.url = session.endpoint() + "/" + repo.url_path() + "/tree/" + revision + "/" + request->path_in_repo;
    co_return info;
}

}  // namespace

asio::awaitable<CommitInfo> UploadFolderApi::upload_folder(std::string_view repo_id, const fs::path& folder_path,
                                                           UploadFolderOptions options) const {
    return run_upload_folder(session_, commits_, std::make_shared<FolderRequest>(repo_id, folder_path, options));
}

}  // namespace hf
