#include "api/commit_flow.hpp"
#include "async/on_strand.hpp"
#include "async/slice.hpp"
#include "core/glob.hpp"
#include "engine/files/local_path.hpp"
#include "session/kept_entries.hpp"
#include "workflow/commit_parts.hpp"
#include "workflow/folder_listing.hpp"
#include "workflow/multi_commit_flow.hpp"

#include <hf/api/files.hpp>
#include <hf/core/constants.hpp>
#include <hf/core/repo.hpp>
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

/// What a call of upload_folder was given, owned.
class FolderRequest {
public:
    FolderRequest(const Session& session, std::string_view repo_id, fs::path folder, const UploadFolderOptions& options)
        : folder(std::move(folder)),
          path_in_repo(options.path_in_repo),
          allow(patterns_of(options.allow_patterns)),
          ignore(options.ignore_patterns.to_vector()),
          remove(patterns_of(options.delete_patterns)),
          multi_commits(options.multi_commits),
          split_commits(options.split_commits) {
        const auto described = std::make_shared<CommitCall>(session, repo_id, options);
        if (options.commit_message.empty()) described->message = "Upload folder using huggingface_hub";
        call = described;
        if (multi_commits && call->revision != default_revision)
            throw_validation("revision", "Cannot use `multi_commits` to commit changes other than the main branch.");
        if (multi_commits && split_commits)
            throw_validation("split_commits", "`split_commits` and `multi_commits` exclude each other.");
    }

    std::shared_ptr<const CommitCall> call;
    fs::path folder;
    std::string path_in_repo;
    PatternFilter::Patterns allow;
    std::vector<std::string> ignore;
    PatternFilter::Patterns remove;
    bool multi_commits;
    bool split_commits;
};

fs::path resolve_folder(const fs::path& folder) {
    const fs::path path = expand_home(folder);
    std::error_code error;
    const fs::path resolved = fs::canonical(path, error);
    return error ? path : resolved;
}

asio::awaitable<std::vector<CommitOperation>> deletions(std::shared_ptr<const FolderRequest> request) {
    std::vector<CommitOperation> operations;
    if (!request->remove) co_return operations;
    const PatternFilter filter(request->remove, std::nullopt);
    const std::string prefix = repo_folder_prefix(request->path_in_repo);
    const CommitCall& call = *request->call;
    FilesOptions listing;
    if (!call.create_pr) listing.revision = call.revision;
    listing.repo_type = call.repo.type();
    listing.token = call.token.get();
    auto files = FilesApi(call.session).list_repo_files(call.repo.id(), listing);
    std::size_t seen = 0;
    while (auto path = co_await files.next()) {
        require_room_for_entry(seen++);
        if (*path == ".gitattributes" || !path->starts_with(prefix)) continue;
        if (!filter.matches(std::string_view(*path).substr(prefix.size()))) continue;
        operations.emplace_back(std::in_place_type<CommitOperationDelete>, std::move(*path), false);
    }
    co_return operations;
}

asio::awaitable<std::vector<CommitOperation>> additions(std::shared_ptr<const FolderRequest> request, Slice& slice) {
    const CommitCall& call = *request->call;
    FolderListing listing;
    const fs::path folder = resolve_folder(request->folder);
    const FolderFilter filter(request->allow, request->ignore);
    if (call.worker) {
        listing = co_await run_on(call.worker, list_folder(folder, filter));
    } else {
        listing = co_await list_folder(folder, filter);
    }
    for (const auto& sentence : listing.left_out) call.session.warn("left out of the upload: " + sentence);
    if (listing.files.empty())
        call.session.warn("nothing to upload: " + folder.string() +
                          (request->allow || !request->ignore.empty() ? " has no file that the patterns let through"
                                                                      : " has no files"));
    const std::string prefix = repo_folder_prefix(request->path_in_repo);
    std::vector<CommitOperation> operations;
    operations.reserve(listing.files.size());
    for (const auto& file : listing.files) {
        operations.emplace_back(std::in_place_type<CommitOperationAdd>, prefix + file, UploadContent(folder / file));
        if (slice.is_over()) co_await slice.pause();
    }
    co_await clear_in_slices(listing.files, slice);
    co_return operations;
}

// What is uploaded anyway need not be deleted first.
asio::awaitable<std::vector<CommitOperation>> merge(std::vector<CommitOperation> removed,
                                                    std::vector<CommitOperation> added, Slice& slice) {
    if (removed.empty()) co_return added;
    std::set<std::string_view> paths;
    for (const auto& operation : added) {
        paths.insert(path_in_repo(operation));
        if (slice.is_over_lightly()) co_await slice.pause();
    }
    const auto is_added = [&](const CommitOperation& operation) { return paths.contains(path_in_repo(operation)); };
    co_await erase_in_slices(removed, is_added, slice);
    removed.reserve(removed.size() + added.size());
    for (auto& operation : added) {
        removed.push_back(std::move(operation));
        if (slice.is_over_lightly()) co_await slice.pause();
    }
    co_await clear_in_slices(paths, slice);
    co_return removed;
}

asio::awaitable<CommitInfo> commit_on_pr(std::shared_ptr<const CommitCall> call,
                                         std::vector<CommitOperation> operations) {
    MultiCommitPlan plan = plan_multi_commits(operations);
    const std::string url = co_await commit_on_pull_request(call, std::move(plan), !call->create_pr);
    CommitInfo info;
    info.commit_message = *call->message;
    info.commit_description = call->description;
    info.pr_url = info.url = url;
    info.pr_num = std::stoll(url.substr(url.rfind('/') + 1));
    info.pr_revision = "refs/pr/" + std::to_string(*info.pr_num);
    co_return info;
}

asio::awaitable<CommitInfo> run_upload_folder(std::shared_ptr<const FolderRequest> request) {
    const std::shared_ptr<const CommitCall> call = request->call;
    if (call->progress) call->progress->set_state(ProgressSink::State::listing);
    std::vector<CommitOperation> removed = co_await deletions(request);
    Slice slice;
    std::vector<CommitOperation> added = co_await additions(request, slice);
    auto operations = co_await merge(std::move(removed), std::move(added), slice);
    if (request->multi_commits && !operations.empty()) co_return co_await commit_on_pr(call, std::move(operations));

    CommitInfo info;
    if (request->split_commits)
        info = co_await commit_in_parts(call, std::move(operations));
    else
        info = co_await make_commit(call, std::move(operations));
    const std::string revision = info.pr_revision ? quote(*info.pr_revision, "") : call->revision;
    info.url =
        call->session.endpoint() + "/" + call->repo.url_path() + "/tree/" + revision + "/" + request->path_in_repo;
    co_return info;
}

}  // namespace

asio::awaitable<CommitInfo> UploadFolderApi::upload_folder(std::string_view repo_id, const fs::path& folder_path,
                                                           UploadFolderOptions options) const {
    return run_upload_folder(std::make_shared<FolderRequest>(session_, repo_id, folder_path, options));
}

}  // namespace hf
