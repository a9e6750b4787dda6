#pragma once

#include <hf/api/commits.hpp>
#include <hf/core/string_list.hpp>

#include <filesystem>

namespace hf {

struct UploadFolderOptions {
    std::string_view path_in_repo{};  ///< folder in the repository; empty: its root
    std::string_view commit_message{};
    std::string_view commit_description{};
    TokenArg token{};
    std::string_view repo_type{};
    std::string_view revision{};
    bool create_pr = false;
    std::string_view parent_commit{};
    StringList allow_patterns{};   ///< of paths relative to the folder
    StringList ignore_patterns{};  ///< `.git`, `.hfhub`, `.cache/huggingface` are always left out
    StringList delete_patterns{};  ///< files of the repository to delete; `.gitattributes` never is
    /// Split into several commits on one pull request, which is merged unless `create_pr`; only onto main.
    bool multi_commits = false;
    /// Make as many commits as the Hub takes, directly on the revision (or on one pull request): for folders that
    /// are too large for one. What the Hub refuses or does not answer in time is tried again in smaller parts.
    bool split_commits = false;
    unsigned num_threads = 0;  ///< as in CommitOptions
    const boost::asio::any_io_executor* worker = nullptr;
    ProgressSink* progress = nullptr;
};

/// Whole folders.
class UploadFolderApi {
public:
    explicit UploadFolderApi(Session session) : session_(std::move(session)) {}

    /// Commits the files below `folder_path`, keeping their paths, in one commit. Files of the repository
    /// that are not in the folder stay, unless `delete_patterns` says otherwise. Links to files are followed; links to
    /// folders, to nothing, and what is neither file nor folder are left out, and `Session::on_warning` is told. What
    /// the repository has already is not sent, so that a call that was interrupted can be repeated; with
    /// `split_commits` the commits made before stay, and the answer is about the last. With `multi_commits` the answer
    /// is about the pull request: `oid` and `commit_url` are empty. Throws HFValidationError (argument "folder_path")
    /// unless it is a folder.
    boost::asio::awaitable<CommitInfo> upload_folder(std::string_view repo_id, const std::filesystem::path& folder_path,
                                                     UploadFolderOptions options = {}) const;

private:
    Session session_;
};

}  // namespace hf
