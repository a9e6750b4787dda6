#include <hf/api/commits.hpp>

#include "api/commit_flow.hpp"

#include <hf/core/url.hpp>

#include <utility>

namespace hf {
namespace asio = boost::asio;

static_assert(options_struct<CommitOptions>);
static_assert(options_struct<PreuploadOptions>);

namespace {

/// The same with a message where the caller gave none.
std::shared_ptr<CommitCall> describe(const Session& session, std::string_view repo_id, const CommitOptions& options,
                                     std::string default_message) {
    auto call = std::make_shared<CommitCall>(session, repo_id, options);
    if (!call->message) call->message = std::move(default_message);
    return call;
}

asio::awaitable<CommitInfo> run_upload_file(std::shared_ptr<const CommitCall> call, UploadContent content,
                                            std::string path_in_repo) {
    std::vector<CommitOperation> operations;
    operations.emplace_back(std::in_place_type<CommitOperationAdd>, path_in_repo, std::move(content));
    CommitInfo info = co_await make_commit(call, std::move(operations));
    const std::string revision = info.pr_revision ? quote(*info.pr_revision, "") : call->revision;
    info.url = call->session.endpoint() + "/" + call->repo.url_path() + "/blob/" + revision + "/" + path_in_repo;
    co_return info;
}

asio::awaitable<CommitInfo> run_delete(std::shared_ptr<const CommitCall> call, std::string path_in_repo,
                                       bool is_folder) {
    std::vector<CommitOperation> operations;
    if (is_folder)
        operations.emplace_back(std::in_place_type<CommitOperationDelete>, path_in_repo, true);
    else
        operations.emplace_back(std::in_place_type<CommitOperationDelete>, path_in_repo);
    CommitInfo info = co_await make_commit(std::move(call), std::move(operations));
    co_return info;
}

}  // namespace

asio::awaitable<CommitInfo> CommitsApi::create_commit(std::string_view repo_id, std::vector<CommitOperation> operations,
                                                      CommitOptions options) const {
    return make_commit(std::make_shared<CommitCall>(session_, repo_id, options), std::move(operations));
}

asio::awaitable<void> CommitsApi::preupload_lfs_files(std::string_view repo_id,
                                                      std::vector<CommitOperationAdd> additions,
                                                      PreuploadOptions options) const {
    std::optional<std::string> gitignore;
    if (options.gitignore_content) gitignore = std::string(*options.gitignore_content);
    return store_lfs_files(std::make_shared<CommitCall>(session_, repo_id, options), std::move(additions),
                           std::move(gitignore), options.free_memory);
}

asio::awaitable<CommitInfo> CommitsApi::upload_file(UploadContent path_or_fileobj, std::string_view path_in_repo,
                                                    std::string_view repo_id, CommitOptions options) const {
    const std::string path(path_in_repo);
    return run_upload_file(describe(session_, repo_id, options, "Upload " + path + " with huggingface_hub"),
                           std::move(path_or_fileobj), path);
}

asio::awaitable<CommitInfo> CommitsApi::delete_file(std::string_view path_in_repo, std::string_view repo_id,
                                                    CommitOptions options) const {
    const std::string path(path_in_repo);
    return run_delete(describe(session_, repo_id, options, "Delete " + path + " with huggingface_hub"), path, false);
}

asio::awaitable<CommitInfo> CommitsApi::delete_folder(std::string_view path_in_repo, std::string_view repo_id,
                                                      CommitOptions options) const {
    const std::string path(path_in_repo);
    return run_delete(describe(session_, repo_id, options, "Delete folder " + path + " with huggingface_hub"), path,
                      true);
}

}  // namespace hf
