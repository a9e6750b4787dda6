#pragma once

#include "core/cache_names.hpp"
#include "engine/files/file.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace hf {

class Partial;
class PartialStore;

/// One repository's part of the cache that is shared with the reference client. Reads and writes; the names
/// come from RepoCachePaths. Throws FileSystemError, and UnsafePathError for names that would leave and for links
/// as in FolderTree. `blobs` and `snapshots` alone may be links, to other disks, as long as the folder they lead to
/// holds nothing but what a cache puts there.
class RepoCache {
public:
    RepoCache(const std::string& cache_dir, std::string_view repo_type, std::string_view repo_id)
        : paths_(cache_dir, repo_type, repo_id) {}

    const RepoCachePaths& paths() const noexcept { return paths_; }
    std::string root() const { return paths_.root().string(); }

    /// The commit that `revision` last was: itself if it is a commit. What is kept is believed only if it is the
    /// hash of one; blanks around it do not matter.
    std::optional<std::string> commit_of(std::string_view revision) const;
    /// Notes it, unless it is known or `revision` is the commit. Readers never see half of it. A name that has
    /// become a folder of names, or the reverse, replaces the old. False if it could not be written, as in a cache
    /// of somebody else's: that only matters without the Hub.
    bool store_ref(std::string_view revision, std::string_view commit) const;
    /// The same for a file that the commit lacks.
    bool mark_no_exist(std::string_view commit, std::string_view file) const;

    /// `size`: only if it has that many bytes.
    bool has_blob(std::string_view etag, std::optional<std::uint64_t> size = std::nullopt) const;
    /// The open folder of the blobs, made if missing.
    File blobs() const;
    /// The folder of all snapshots, made if missing; the second gives nullopt instead.
    FolderTree snapshots() const;
    std::optional<FolderTree> existing_snapshots() const;
    /// `SnapshotFolder::point`, once.
    void point(std::string_view commit, std::string_view file, std::string_view etag, bool fresh) const;

    /// The file as the newest snapshot has it that has one, open for reading; an empty File if none has.
    File newest_version(std::string_view file) const;

    /// Partial files of this repository.
    std::shared_ptr<PartialStore> partials(std::uint64_t keep_above) const;

private:
    File open_part(const std::string& name, bool create) const;

    RepoCachePaths paths_;
};

/// The two folders of a repository in which a snapshot is made, open for many files.
class SnapshotFolder {
public:
    explicit SnapshotFolder(const RepoCache& cache);

    int blobs_fd() const noexcept { return blobs_.fd(); }
    /// The snapshot's file is the blob, through a link or as a second name of it.
    bool points(std::string_view commit, std::string_view file, std::string_view etag);
    /// Makes `snapshots/<commit>/<file>` a link to the blob, relative unless one of the two folders is elsewhere.
    /// Where links are impossible the blob is moved there if it is `fresh`, else copied.
    void point(std::string_view commit, std::string_view file, std::string_view etag, bool fresh);

private:
    FolderTree snapshots_;
    File blobs_;
    std::string elsewhere_;  // where the blobs are, unless beside the snapshots
};

/// True if there is a regular file behind `path`, links followed, of `size` bytes if that is given.
bool file_exists(const std::string& path, std::optional<std::uint64_t> size = std::nullopt);
bool file_exists_at(int folder, const std::string& name, std::optional<std::uint64_t> size = std::nullopt);
bool folder_exists(const std::string& path);

/// The text of a link at `link` that leads to `target`, both made absolute without resolving links.
std::string relative_link(const std::string& target, const std::string& link);

/// Makes `name` in the open folder a symbolic link with the text `text`, replacing a file or link in one step.
/// `path` is for messages. False if the file system has no links.
bool replace_with_link(const std::string& text, int folder, const std::string& name, const std::string& path);

/// Publishes `partial` as `name` in the open folder, by a copy where that is on another device: in slices, and
/// through a name of its own, so that nobody sees half of it. `path` is for messages.
boost::asio::awaitable<void> put_into_place(Partial partial, int folder, std::string name, std::string path);

/// Puts a copy of the file `from` at `to`, replacing what is there in one step; missing folders are made. The
/// copy shares blocks where the file system can.
boost::asio::awaitable<void> copy_into_place(std::string from, std::string to);
/// The same of an open file, which must stay open, in the open folder.
boost::asio::awaitable<void> copy_into_place(const File& from, int folder, std::string name, std::string path,
                                             bool durable = false);

/// Puts the cached file `from` below `local_dir` as the reference does: a link, a copy, or (nullopt) a copy
/// up to `threshold` bytes and a link above. Gives the path there.
boost::asio::awaitable<std::string> place_in_local_dir(std::string from, std::string local_dir, std::string file,
                                                       std::optional<bool> use_symlinks, std::uint64_t threshold);

}  // namespace hf
