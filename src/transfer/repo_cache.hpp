#pragma once

#include <hf/core/cache_names.hpp>

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace hf {

class PartialStore;

/// One repository's part of the cache that is shared with the reference client. Reads and writes; the names
/// come from RepoCachePaths. Throws FileSystemError, and UnsafePathError for names that would leave.
class RepoCache {
public:
    RepoCache(const std::string& cache_dir, std::string_view repo_type, std::string_view repo_id)
        : paths_(cache_dir, repo_type, repo_id) {}

    const RepoCachePaths& paths() const noexcept { return paths_; }
    std::string root() const { return paths_.root().string(); }

    /// The commit that `revision` last was: itself if it is a commit.
    std::optional<std::string> commit_of(std::string_view revision) const;
    /// Notes it, unless it is known or `revision` is the commit. Readers never see half of it.
    void store_ref(std::string_view revision, std::string_view commit) const;
    void mark_no_exist(std::string_view commit, std::string_view file) const;

    bool has_blob(std::string_view etag) const;
    /// Makes `snapshots/<commit>/<file>` a relative link to the blob. Where links are impossible the blob
    /// is moved there if it is `fresh`, else copied.
    void point(std::string_view commit, std::string_view file, std::string_view etag, bool fresh) const;

    /// Partial files of this repository, on the file system of its blobs.
    std::shared_ptr<PartialStore> partials(std::uint64_t keep_above) const;

private:
    RepoCachePaths paths_;
};

/// True if there is a regular file behind `path`, links followed; a folder is none.
bool file_exists(const std::string& path);
bool file_exists_at(int folder, const std::string& name);
bool folder_exists(const std::string& path);

/// The text of a link at `link` that leads to `target`, both made absolute without resolving links.
std::string relative_link(const std::string& target, const std::string& link);

/// Makes `link` a symbolic link with the text `text`, replacing a file or link in one step. False if the file
/// system has no links.
bool replace_with_link(const std::string& text, const std::string& link);

/// Puts a copy of the file `from` at `to`, replacing what is there in one step; missing folders are made. The
/// copy shares blocks where the file system can.
boost::asio::awaitable<void> copy_into_place(std::string from, std::string to);

/// Puts the cached file `from` below `local_dir` as the reference does: a link, a copy, or (nullopt) a copy
/// up to `threshold` bytes and a link above. Gives the path there.
boost::asio::awaitable<std::string> place_in_local_dir(std::string from, std::string local_dir, std::string file,
                                                       std::optional<bool> use_symlinks, std::uint64_t threshold);

}  // namespace hf
