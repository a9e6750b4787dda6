#pragma once

#include <hf/api/downloads.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hf {

/// How the files of a snapshot are found and fetched.
enum class SnapshotPlan {
    /// One tree listing gives names, hashes and sizes; then one GET per regular file, and signed links for
    /// 100 LFS files at a time.
    listing,
    /// As huggingface_hub 0.20 does it: names from the repository's `siblings`, then HEAD and GET per file.
    reference,
};

struct SnapshotDownloadOptions {
    std::string_view repo_type{};  ///< "model" (default), "dataset", "space"
    std::string_view revision{};   ///< branch, tag or commit; "main" by default
    std::string_view cache_dir{};  ///< empty: that of the session
    std::string_view local_dir{};  ///< as in HfHubDownloadOptions
    std::optional<bool> local_dir_use_symlinks{};
    DurationArg etag_timeout{};  ///< as in HfHubDownloadOptions; SnapshotPlan::reference only
    bool resume_download = false;
    bool force_download = false;
    /// Believe neither the kept list of files nor the names in the cache: ask anew, and hash what is there.
    /// SnapshotPlan::listing only.
    bool verify = false;
    /// The first file that cannot be fetched ends the call, instead of the others being brought first.
    bool all_or_nothing = false;
    TokenArg token{};
    bool local_files_only = false;
    /// Only files that match one of these (fnmatch; "folder/" means all below it). A pattern that matches no file at
    /// all is told to the progress sink.
    StringList allow_patterns{};
    StringList ignore_patterns{};  ///< and none of these
    unsigned max_workers = 0;      ///< files at once; 0: 64, with SnapshotPlan::reference 8
    SnapshotPlan plan = SnapshotPlan::listing;
    ProgressSink* progress = nullptr;
};

struct MirrorOptions {
    std::string_view repo_type{};
    std::string_view revision{};
    TokenArg token{};
    StringList allow_patterns{};
    StringList ignore_patterns{};
    unsigned max_workers = 0;  ///< files at once; 0: 64
    /// Delete files that an earlier mirror of the same repository fetched into the same folder and that the repository
    /// no longer has, when all others are in place.
    bool remove_deleted = false;
    /// Files that `remove_deleted` may delete; empty: half of those mirrored before, but at least ten.
    std::optional<std::uint64_t> max_delete{};
    /// Hash every local file instead of trusting size and modification time of files mirrored before.
    bool verify = false;
    /// The first file that cannot be fetched ends the call, instead of the others being brought first.
    bool all_or_nothing = false;
    ProgressSink* progress = nullptr;
};

/// What a mirror did.
class MirrorResult {
public:
    MirrorResult() = default;

    std::string commit_hash;
    std::uint64_t files = 0;    ///< of the revision, after filtering
    std::uint64_t fetched = 0;  ///< of these, transferred now
    std::uint64_t removed = 0;
    std::uint64_t bytes = 0;             ///< of all files
    std::uint64_t bytes_fetched = 0;     ///< of the transferred ones
    std::vector<std::string> unmatched;  ///< patterns that match no file of the repository
    /// Files that were left out because their names belong to clients of the Hub: ".cache" and what is below
    /// ".cache/huggingface". Clients do not upload such.
    std::vector<std::string> left_out;
};

/// Whole repositories.
class SnapshotDownloadApi {
public:
    explicit SnapshotDownloadApi(Session session) : session_(std::move(session)) {}

    /// Fetches all files of one commit into the cache and gives the snapshot's folder (`local_dir` if
    /// given). The commit is pinned first, so files of different commits are never mixed. Files that the
    /// cache has are not fetched; an unchanged snapshot costs one request. If the Hub is out of reach or
    /// fails, an existing snapshot is returned: IncompleteSnapshotError if it is known to lack files that were asked
    /// for, LocalEntryNotFoundError if there is none. The list of a commit's files is kept beside the snapshot, where
    /// huggingface_hub 2 keeps and reads it; a snapshot without such a list is returned as it is. With `local_dir` the
    /// files are then put there from the cache.
    ///
    /// Many transfers run at once on the executor of the caller. A file that cannot be fetched does not keep the
    /// others from coming: then the error of the first in the order of paths is thrown, with `info().failures` for
    /// all, and the revision's name is not noted. What concerns all files ends the call at once: a full disk, a token
    /// that is refused, a used-up quota, a Hub that is gone, cancellation. What is complete stays, and the next call
    /// continues from there. A repository that names a file outside its folder is refused whole, before anything is
    /// written (UnsafePathError). Otherwise throws what hf_hub_download throws.
    boost::asio::awaitable<std::string> snapshot_download(std::string_view repo_id,
                                                          SnapshotDownloadOptions options = {}) const;

    /// Makes `folder` hold the files of a revision as plain files, without a cache. Files of the right
    /// content are left alone, others replaced atomically, from the folder itself where an earlier mirror has
    /// put the content under another name; errors and interruption as above. What was mirrored is noted in the folder,
    /// below ".cache/huggingface/hfhub", so that an unchanged mirror costs one request, wherever the folder is moved.
    ///
    /// Nothing is deleted in a call that fails. TooManyDeletionsError, before anything is changed, if `remove_deleted`
    /// would delete more than `max_delete` files, or the listing is empty or lacks files that the commit's own answer
    /// names. Of a repository that is gone or has been closed the folder keeps what was mirrored.
    boost::asio::awaitable<MirrorResult> mirror(std::string_view repo_id, std::string_view folder,
                                                MirrorOptions options = {}) const;

private:
    Session session_;
};

}  // namespace hf
