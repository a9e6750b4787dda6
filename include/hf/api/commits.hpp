#pragma once

#include <hf/session/session.hpp>
#include <hf/transfer/commit_operation.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/describe/class.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hf {

class ProgressSink;

/// A commit that was made.
struct CommitInfo {
    std::string commit_url;
    std::string commit_message;
    std::string commit_description;
    std::string oid;
    std::optional<std::string> pr_url;       ///< with `create_pr`
    std::optional<std::string> pr_revision;  ///< "refs/pr/1"
    std::optional<std::int64_t> pr_num;
    /// What the reference's object is as a text: the commit, or the file or folder that was uploaded.
    std::string url;
};
BOOST_DESCRIBE_STRUCT(CommitInfo, (),
                      (commit_url, commit_message, commit_description, oid, pr_url, pr_revision, pr_num, url))

/// Options of all calls that commit. A view: the texts must live until the call returns its awaitable.
struct CommitOptions {
    /// First line. create_commit demands it, the others have a default; it cannot be empty.
    std::optional<std::string_view> commit_message{};
    std::string_view commit_description{};
    TokenArg token{};
    std::string_view repo_type{};      ///< "model" (default), "dataset" or "space"
    std::string_view revision{};       ///< branch or "refs/pr/1"; empty: main
    bool create_pr = false;            ///< open a pull request instead of committing to `revision`
    std::string_view parent_commit{};  ///< refuse (412) unless the revision is still at this commit
    /// LFS uploads in flight at once, over all files and their parts; 0: 8. With 1 everything is sent in
    /// the order of the operations.
    unsigned num_threads = 0;
    /// Where files are hashed; null: TransferConfig::worker, else the executor of the calling coroutine, in slices.
    const boost::asio::any_io_executor* worker = nullptr;
    ProgressSink* progress = nullptr;  ///< must outlive the call
};

struct PreuploadOptions {
    TokenArg token{};
    std::string_view repo_type{};
    std::string_view revision{};
    bool create_pr = false;
    unsigned num_threads = 0;     ///< as in CommitOptions
    bool free_memory = true;      ///< forget the bytes of what was uploaded as LFS
    TextArg gitignore_content{};  ///< instead of an added or the stored .gitignore
    const boost::asio::any_io_executor* worker = nullptr;
    ProgressSink* progress = nullptr;
};

/// Changes of files in a repository.
///
/// All calls throw, besides the errors of the session: HFValidationError naming the argument that is
/// wrong, before anything is sent; FileSystemError with the path of a file that cannot be read;
/// IntegrityError for a file that changed while it was uploaded. A conflict with another commit is an
/// HfHubHTTPError of status 412 or 409. Cancelling stops the uploads under way; LFS objects that are
/// stored by then stay stored, and no commit is made unless it was already sent.
class CommitsApi {
public:
    explicit CommitsApi(Session session) : session_(std::move(session)) {}

    /// Applies `operations` in order, in one commit. The Hub is asked which files are LFS; those are
    /// uploaded in parallel, the others travel inside the commit, read while they are sent. Files that the
    /// revision has with the same content are left out, and so are copies onto the same content; if nothing else is
    /// asked for there is no commit, and the answer is the one that the revision is at (with `create_pr`: no pull
    /// request); `Session::on_warning` is told. Copies of files that are not LFS are fetched and sent.
    ///
    /// The commit itself is sent once. When its fate is unclear (connection lost, 500, 502, 504) the branch
    /// is read for up to a minute: if the commit is there it is returned, otherwise the error is thrown.
    boost::asio::awaitable<CommitInfo> create_commit(std::string_view repo_id, std::vector<CommitOperation> operations,
                                                     CommitOptions options) const;

    /// Uploads those of `additions` that are LFS, for a later create_commit.
    boost::asio::awaitable<void> preupload_lfs_files(std::string_view repo_id,
                                                     std::vector<CommitOperationAdd> additions,
                                                     PreuploadOptions options = {}) const;

    /// create_commit with one file, which `path_or_fileobj` is, or names, or gives.
    boost::asio::awaitable<CommitInfo> upload_file(UploadContent path_or_fileobj, std::string_view path_in_repo,
                                                   std::string_view repo_id, CommitOptions options = {}) const;

    /// create_commit that deletes one file. EntryNotFoundError where the revision has none of that path.
    boost::asio::awaitable<CommitInfo> delete_file(std::string_view path_in_repo, std::string_view repo_id,
                                                   CommitOptions options = {}) const;

    /// The same for a folder with all below it.
    boost::asio::awaitable<CommitInfo> delete_folder(std::string_view path_in_repo, std::string_view repo_id,
                                                     CommitOptions options = {}) const;

private:
    Session session_;
};

}  // namespace hf
