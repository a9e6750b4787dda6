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

    static File adopt(int fd, std::string path);  ///< owns `fd` from now on

    explicit operator bool() const noexcept { return fd_ >= 0; }
    int fd() const noexcept { return fd_; }
    const std::string& path() const noexcept { return path_; }

    std::uint64_t size() const;
    /// Bytes read; fewer than asked only at the end of the file.
    std::size_t read_at(void* data, std::size_t size, std::uint64_t offset) const;
    /// All of it, or an error; a full disk is told with the bytes that are free.
    void write_at(const void* data, std::size_t size, std::uint64_t offset) const;
    /// Makes sure that `size` bytes fit before they are fetched, without changing the file's length. Where
    /// the file system cannot reserve, compares with what is free.
    void reserve(std::uint64_t size) const;
    void truncate(std::uint64_t size) const;
    /// Reports what close(2) reports: some network file systems write only then.
    void close();
    void close_quietly() noexcept;

private:
    int fd_ = -1;
    std::string path_;
};

/// Throws FileSystemError with the current errno. A full disk is told with the bytes that are free there.
[[noreturn]] void throw_errno(std::string_view action, const std::string& path, std::uint64_t needed = 0);
/// Throws FileSystemError unless `needed` bytes are free in the file system of `folder` (or its nearest
/// existing parent). A file system that does not know is believed to have room.
void require_space(const std::string& folder, std::uint64_t needed);

/// mkdir -p. Throws FileSystemError.
void make_folders(const std::string& path);
/// The whole of a small file; nullopt if it does not exist. Throws FileSystemError.
std::optional<std::string> read_text(const std::string& path, std::size_t limit = 1u << 30);
/// Writes a file beside `path` and renames it there; missing folders are made. Throws FileSystemError.
void write_text(const std::string& path, std::string_view text);
/// Sixteen random hexadecimal digits, for names that nobody else chooses.
std::string random_name();

/// The folders below one root, created when first used and kept open, so that files are made and
/// looked at relative to their folder's descriptor. No folder below the root may be a symbolic link:
/// UnsafePathError. Other failures throw FileSystemError.
class FolderTree {
public:
    /// The root is made if it is missing.
    explicit FolderTree(std::string root);

    const std::string& root() const noexcept { return root_; }
    int root_fd() const noexcept { return root_fd_.fd(); }

    /// Splits "a/b/c" into the descriptor of folder "a/b", made if missing, and "c". The descriptor is valid
    /// until the next call.
    std::pair<int, std::string> parent(const std::string& path);
    /// The same without making folders: -1 if one is missing.
    std::pair<int, std::string> existing_parent(const std::string& path);
    /// Folders were removed behind its back.
    void forget_folders() {
        by_path_.clear();
        open_.clear();
    }
    std::string full_path(std::string_view path) const { return root_ + "/" + std::string(path); }

private:
    int folder(const std::string& path, bool create);

    // Enough for a depth-first walk; more would only hold descriptors that a process may lack.
    static constexpr std::size_t most_open = 64;

    std::string root_;
    File root_fd_;
    std::list<std::pair<std::string, File>> open_;  // most recently used first
    std::unordered_map<std::string_view, std::list<std::pair<std::string, File>>::iterator> by_path_;
};

}  // namespace hf
