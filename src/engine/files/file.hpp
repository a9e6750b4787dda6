#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>

namespace hf {

/// An open file descriptor. All members throw FileSystemError naming the path, unless said otherwise.
class File {
public:
    File() = default;
    File(File&& other) noexcept : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)) {}
    File& operator=(File&& other) noexcept {
        std::swap(fd_, other.fd_);
        std::swap(path_, other.path_);
        return *this;
    }
    ~File() { close_quietly(); }

    /// openat(2) with O_CLOEXEC. `path` is for messages.
    static File open_at(int folder, const char* name, int flags, std::string path, unsigned mode = 0666);
    static File open(const std::string& path, int flags, unsigned mode = 0666) {
        return open_at(AT_FDCWD, path.c_str(), flags, path, mode);
    }
    /// The same, but an empty File if `name` does not exist or (with O_EXCL) does exist already.
    static File try_open_at(int folder, const char* name, int flags, std::string path, unsigned mode = 0666);

    /// Opens what an earlier run left in a folder that others can write to: a regular file of this user that has
    /// no second name. An empty File for whatever else is there, links and FIFOs included. Does not throw.
    static File try_open_own_at(int folder, const char* name, int flags, std::string path);

    /// Opens a regular file for reading, links followed; an empty File if there is none.
    static File try_open_regular_at(int folder, const char* name, std::string path);

    /// The same, and an empty File too for one that cannot be opened. Does not throw.
    static File try_open_readable_at(int folder, const char* name, std::string path);
    static File try_open_readable(const std::string& path) {
        return try_open_readable_at(AT_FDCWD, path.c_str(), path);
    }

    static File adopt(int fd, std::string path);      ///< owns `fd` from now on
    static File duplicate(int fd, std::string path);  ///< another descriptor of the same

    explicit operator bool() const noexcept { return fd_ >= 0; }
    int fd() const noexcept { return fd_; }
    const std::string& path() const noexcept { return path_; }

    std::uint64_t size() const;
    /// Bytes read; fewer than asked only at the end of the file.
    std::size_t read_at(void* data, std::size_t size, std::uint64_t offset) const;
    /// All of it, or an error; a full disk is told with the bytes that are free.
    void write_at(const void* data, std::size_t size, std::uint64_t offset) const;
    /// Sets disk space aside for the bytes [offset, offset + size), without changing the file's length. False if the
    /// file system cannot.
    bool try_reserve(std::uint64_t offset, std::uint64_t size) const;
    /// Throws FileSystemError if `size` bytes cannot fit, as far as the file system tells.
    void require_room(std::uint64_t size) const;
    void truncate(std::uint64_t size) const;
    void sync_data() const;  ///< fdatasync(2)
    /// Reports what close(2) reports: some network file systems write only then.
    void close();
    void close_quietly() noexcept;

private:
    int fd_ = -1;
    std::string path_;
};

/// Throws FileSystemError with the current errno. A full disk is told with the bytes that are free there.
[[noreturn]] void throw_errno(std::string_view action, const std::string& path, std::uint64_t needed = 0);
/// The same where a file could not be renamed to `path`: says so if a folder is in its way.
[[noreturn]] void throw_not_placed(const std::string& path);
/// Throws FileSystemError unless `needed` bytes are free in the file system of `folder` (or its nearest
/// existing parent). A file system that does not know is believed to have room.
void require_space(const std::string& folder, std::uint64_t needed);

/// fsync(2) of an open folder; `path`, of a file in it, is for messages. Throws FileSystemError.
void sync_folder(int folder, const std::string& path);

/// mkdir -p. Throws FileSystemError.
void make_folders(const std::string& path);
/// Longest text that is read back from the disk: what is longer is read so far, and is not whole.
inline constexpr std::size_t longest_text = 1u << 30;
/// The whole of a small regular file; nullopt if there is none. Throws FileSystemError.
std::optional<std::string> read_text(const std::string& path, std::size_t limit = longest_text);
/// Writes a file beside `path` and renames it there; missing folders are made. Throws FileSystemError.
void write_text(const std::string& path, std::string_view text);
/// Sixteen random hexadecimal digits, for names that nobody else chooses.
std::string random_name();

/// A name in the open folder `folder` that nobody else chooses, for a file that is to replace `path`, which is
/// for messages. What has the name is deleted unless it was moved. Short, whatever the file is called.
class TemporaryName {
public:
    TemporaryName(int folder, std::string path);
    TemporaryName(const TemporaryName&) = delete;
    TemporaryName& operator=(const TemporaryName&) = delete;
    ~TemporaryName();

    const char* c_str() const noexcept { return name_.c_str(); }
    File create() const;                    ///< for writing
    void move_to(const std::string& name);  ///< in the same folder, replacing what is there in one step

private:
    int folder_;
    std::string path_;
    std::string name_;
    bool moved_ = false;
};

/// The folders below one root, created when first used and kept open, so that files are made and looked at
/// relative to their folder's descriptor. The last wall: every path is checked by `require_safe_path`, whoever
/// asks, and no folder below the root may be a symbolic link. UnsafePathError for both; other failures throw
/// FileSystemError.
///
/// One rule for links in all folders that are written to, those of `download`, of `mirror` and of the cache: the
/// folder that the user names may be a link, or be reached through links; what is below it may not, for nothing
/// tells a link of the user's from one that was planted. Files that are links are replaced, never written
/// through. In the cache a repository's folder counts as named by the user, and RepoCache says which two more.
class FolderTree {
public:
    /// The root is made if it is missing.
    explicit FolderTree(std::string root);
    /// With an open root; `path` is for messages.
    FolderTree(File root, std::string path) : root_(std::move(path)), root_fd_(std::move(root)) {}

    const std::string& root() const noexcept { return root_; }
    int root_fd() const noexcept { return root_fd_.fd(); }

    /// Splits "a/b/c" into the descriptor of folder "a/b", made if missing, and "c". The descriptor is valid
    /// until the next call.
    std::pair<int, std::string> parent(const std::string& path);
    /// The same without making folders: -1 if one is missing, or is no folder.
    std::pair<int, std::string> existing_parent(const std::string& path);
    /// As the functions of the same name, below the root.
    std::optional<std::string> read_text(const std::string& path, std::size_t limit = longest_text);
    void write_text(const std::string& path, std::string_view text);
    /// Folders were removed behind its back.
    void forget_folders() {
        by_path_.clear();
        open_.clear();
    }
    std::string full_path(std::string_view path) const { return root_ + "/" + std::string(path); }

private:
    std::pair<int, std::string> split(const std::string& path, bool create);
    int folder(const std::string& path, bool create);

    // Enough for a depth-first walk; more would only hold descriptors that a process may lack.
    static constexpr std::size_t most_open = 64;

    std::string root_;
    File root_fd_;
    std::list<std::pair<std::string, File>> open_;  // most recently used first
    std::unordered_map<std::string_view, std::list<std::pair<std::string, File>>::iterator> by_path_;
};

/// Throws UnsafePathError: `path` is a symbolic link in a folder that is written to, and what to do about it.
[[noreturn]] void throw_is_link(const std::string& path);
/// Whether `name` in the open folder is a symbolic link.
bool is_link_at(int folder, const std::string& name) noexcept;

}  // namespace hf
