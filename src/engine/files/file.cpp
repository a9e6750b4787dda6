#include "engine/files/file.hpp"

#include "core/safe_path.hpp"

#include <hf/core/error.hpp>
#include <hf/core/hash.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <random>

#include <sys/statvfs.h>
#include <unistd.h>

namespace hf {

namespace {

boost::system::error_code system_error(int value) { return {value, boost::system::system_category()}; }

std::string parent_of(const std::string& path) {
    const auto slash = path.find_last_of('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

// nullopt where it is not known, as on some network file systems.
std::optional<std::uint64_t> free_bytes(std::string folder) {
    struct statvfs info {};
    while (::statvfs(folder.c_str(), &info) != 0) {
        if (errno != ENOENT || folder == "." || folder == "/") return std::nullopt;
        folder = parent_of(folder);
    }
    if (info.f_blocks == 0) return std::nullopt;
    return static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize;
}

[[noreturn]] void throw_full(const std::string& path, std::uint64_t needed, std::optional<std::uint64_t> available,
                             int error) {
    ErrorInfo info;
    info.argument = path;
    info.cause = system_error(error);
    info.message = "no space for " + path;
    if (needed > 0) info.message += ": " + std::to_string(needed) + " bytes are needed";
    if (available) info.message += (needed > 0 ? ", " : ": ") + std::to_string(*available) + " are free";
    throw FileSystemError(std::move(info));
}

}  // namespace

void throw_errno(std::string_view action, const std::string& path, std::uint64_t needed) {
    const int error = errno;
    if (error == ENOSPC || error == EDQUOT) throw_full(path, needed, free_bytes(parent_of(path)), error);
    throw_file_system(action, path, system_error(error));
}

void throw_not_placed(const std::string& path) {
    const bool folder_there = errno == EISDIR || errno == EEXIST || errno == ENOTEMPTY;
    throw_errno(folder_there ? "a folder is where this file belongs, remove it:" : "cannot put into place", path);
}

void require_space(const std::string& folder, std::uint64_t needed) {
    const auto available = free_bytes(folder);
    if (available && *available < needed) throw_full(folder, needed, available, ENOSPC);
}

File File::try_open_at(int folder, const char* name, int flags, std::string path, unsigned mode) {
    File file;
    do {
        file.fd_ = ::openat(folder, name, flags | O_CLOEXEC, mode);
    } while (file.fd_ < 0 && errno == EINTR);
    if (file.fd_ < 0 && errno != ENOENT && !(errno == EEXIST && (flags & O_EXCL)))
        throw_errno(flags & O_CREAT ? "cannot create" : "cannot open", path);
    file.path_ = std::move(path);
    return file;
}

File File::open_at(int folder, const char* name, int flags, std::string path, unsigned mode) {
    File file = try_open_at(folder, name, flags, std::move(path), mode);
    if (!file) throw_errno(flags & O_CREAT ? "cannot create" : "cannot open", file.path_);
    return file;
}

File File::try_open_own_at(int folder, const char* name, int flags, std::string path) {
    File file = adopt(::openat(folder, name, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK), std::move(path));
    struct stat info {};
    const bool own = file && ::fstat(file.fd_, &info) == 0 && S_ISREG(info.st_mode) && info.st_nlink == 1 &&
                     info.st_uid == ::geteuid();
    if (!own) return File();
    return file;
}

File File::try_open_regular_at(int folder, const char* name, std::string path) {
    // Not waiting for what turns out to be a FIFO.
    File file = adopt(::openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK), std::move(path));
    if (!file && (errno == ENOENT || errno == ENOTDIR || errno == ENAMETOOLONG)) return File();
    if (!file) throw_errno("cannot open", file.path());
    struct stat info {};
    if (::fstat(file.fd(), &info) != 0) throw_errno("cannot examine", file.path());
    return S_ISREG(info.st_mode) ? std::move(file) : File();
}

File File::try_open_readable_at(int folder, const char* name, std::string path) {
    File file = adopt(::openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK), std::move(path));
    struct stat info {};
    const bool regular = file && ::fstat(file.fd(), &info) == 0 && S_ISREG(info.st_mode);
    return regular ? std::move(file) : File();
}

File File::adopt(int fd, std::string path) {
    File file;
    file.fd_ = fd;
    file.path_ = std::move(path);
    return file;
}

File File::duplicate(int fd, std::string path) {
    File copy = adopt(::fcntl(fd, F_DUPFD_CLOEXEC, 0), std::move(path));
    if (!copy) throw_errno("cannot open", copy.path_);
    return copy;
}

std::uint64_t File::size() const {
    struct stat info {};
    if (::fstat(fd_, &info) != 0) throw_errno("cannot examine", path_);
    return static_cast<std::uint64_t>(info.st_size);
}

std::size_t File::read_at(void* data, std::size_t size, std::uint64_t offset) const {
    std::size_t done = 0;
    while (done < size) {
        const auto n = ::pread(fd_, static_cast<char*>(data) + done, size - done, static_cast<off_t>(offset + done));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) throw_errno("cannot read", path_);
        if (n == 0) break;
        done += static_cast<std::size_t>(n);
    }
    return done;
}

void File::write_at(const void* data, std::size_t size, std::uint64_t offset) const {
    std::size_t done = 0;
    while (done < size) {
        const auto n =
            ::pwrite(fd_, static_cast<const char*>(data) + done, size - done, static_cast<off_t>(offset + done));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) throw_errno("cannot write", path_, size - done);
        done += static_cast<std::size_t>(n);
    }
}

bool File::try_reserve([[maybe_unused]] std::uint64_t offset, [[maybe_unused]] std::uint64_t size) const {
#ifdef __linux__
    // Not posix_fallocate: where it is not supported, that writes every block.
    int result = 0;
    do {
        result = ::fallocate(fd_, FALLOC_FL_KEEP_SIZE, static_cast<off_t>(offset), static_cast<off_t>(size));
    } while (result != 0 && errno == EINTR);
    if (result == 0) return true;
    if (errno != EOPNOTSUPP && errno != ENOSYS) throw_errno("cannot reserve space for", path_, size);
#endif
    return false;
}

void File::require_room(std::uint64_t size) const {
    struct stat info {};
    const std::uint64_t there = ::fstat(fd_, &info) == 0 ? static_cast<std::uint64_t>(info.st_blocks) * 512 : 0;
    if (size > there) require_space(parent_of(path_), size - there);
}

void File::truncate(std::uint64_t size) const {
    if (::ftruncate(fd_, static_cast<off_t>(size)) != 0) throw_errno("cannot truncate", path_);
}

void File::sync_data() const {
    if (::fdatasync(fd_) != 0) throw_errno("cannot bring to the disk", path_);
}

void File::close() {
    const int fd = std::exchange(fd_, -1);
    // EINTR: on Linux the descriptor is gone all the same.
    if (fd >= 0 && ::close(fd) != 0 && errno != EINTR) throw_errno("cannot write", path_);
}

void File::close_quietly() noexcept {
    if (const int fd = std::exchange(fd_, -1); fd >= 0) ::close(fd);
}

void sync_folder(int folder, const std::string& path) {
    // Some file systems cannot do that to a folder.
    if (::fsync(folder) != 0 && errno != EINVAL) throw_errno("cannot bring to the disk the folder of", path);
}

void make_folders(const std::string& path) {
    if (path.empty() || ::mkdir(path.c_str(), 0777) == 0) return;
    if (errno == EEXIST) {
        struct stat info {};
        if (::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) return;
        errno = ENOTDIR;
    }
    if (errno != ENOENT) throw_errno("cannot create folder", path);
    const std::string parent = parent_of(path);
    if (parent == path) throw_errno("cannot create folder", path);
    make_folders(parent);
    if (::mkdir(path.c_str(), 0777) != 0 && errno != EEXIST) throw_errno("cannot create folder", path);
}

namespace {

std::optional<std::string> read_text_at(int folder, const char* name, const std::string& path, std::size_t limit) {
    const File file = File::try_open_regular_at(folder, name, path);
    if (!file) return std::nullopt;
    std::string text(static_cast<std::size_t>(std::min<std::uint64_t>(file.size(), limit)), '\0');
    text.resize(file.read_at(text.data(), text.size(), 0));
    return text;
}

void write_text_at(int folder, const std::string& name, const std::string& path, std::string_view text) {
    TemporaryName temporary(folder, path);
    File file = temporary.create();
    file.write_at(text.data(), text.size(), 0);
    file.close();
    temporary.move_to(name);
}

}  // namespace

std::optional<std::string> read_text(const std::string& path, std::size_t limit) {
    return read_text_at(AT_FDCWD, path.c_str(), path, limit);
}

void write_text(const std::string& path, std::string_view text) {
    const std::string folder = parent_of(path);
    make_folders(folder);
    const File open = File::open(folder, O_RDONLY | O_DIRECTORY);
    write_text_at(open.fd(), path.substr(path.find_last_of('/') + 1), path, text);
}

TemporaryName::TemporaryName(int folder, std::string path)
    : folder_(folder), path_(std::move(path)), name_(".hfhub-" + random_name() + ".tmp") {}

TemporaryName::~TemporaryName() {
    if (!moved_) ::unlinkat(folder_, name_.c_str(), 0);
}

File TemporaryName::create() const { return File::open_at(folder_, name_.c_str(), O_WRONLY | O_CREAT | O_EXCL, path_); }

void TemporaryName::move_to(const std::string& name) {
    if (::renameat(folder_, name_.c_str(), folder_, name.c_str()) != 0) throw_not_placed(path_);
    moved_ = true;
}

std::string random_name() {
    std::random_device device;
    std::array<std::uint8_t, 8> bytes{};
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(device());
    return to_hex(bytes);
}

FolderTree::FolderTree(std::string root) : root_(std::move(root)) {
    make_folders(root_);
    root_fd_ = File::open(root_, O_RDONLY | O_DIRECTORY);
}

std::pair<int, std::string> FolderTree::split(const std::string& path, bool create) {
    require_safe_path(path);
    const auto slash = path.find_last_of('/');
    if (slash == std::string::npos) return {root_fd(), path};
    return {folder(path.substr(0, slash), create), path.substr(slash + 1)};
}

std::pair<int, std::string> FolderTree::parent(const std::string& path) { return split(path, true); }

std::pair<int, std::string> FolderTree::existing_parent(const std::string& path) { return split(path, false); }

std::optional<std::string> FolderTree::read_text(const std::string& path, std::size_t limit) {
    const auto [folder, name] = existing_parent(path);
    if (folder < 0) return std::nullopt;
    return read_text_at(folder, name.c_str(), full_path(path), limit);
}

void FolderTree::write_text(const std::string& path, std::string_view text) {
    const auto [folder, name] = parent(path);
    write_text_at(folder, name, full_path(path), text);
}

int FolderTree::folder(const std::string& path, bool create) {
    if (const auto found = by_path_.find(path); found != by_path_.end()) {
        open_.splice(open_.begin(), open_, found->second);
        return open_.front().second.fd();
    }
    const auto slash = path.find_last_of('/');
    const int above = slash == std::string::npos ? root_fd() : folder(path.substr(0, slash), create);
    if (above < 0) return -1;
    const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
    constexpr int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    int fd = ::openat(above, name.c_str(), flags);
    if (fd < 0 && errno == ENOENT && create) {
        if (::mkdirat(above, name.c_str(), 0777) != 0 && errno != EEXIST)
            throw_errno("cannot create folder", full_path(path));
        fd = ::openat(above, name.c_str(), flags);
    }
    if (fd < 0) {
        const int error = errno;
        if (is_link_at(above, name)) throw_is_link(full_path(path));
        if (!create && (error == ENOENT || error == ENOTDIR || error == ENAMETOOLONG)) return -1;
        errno = error;
        throw_errno(error == ENOTDIR ? "a file is where this folder belongs, remove it:" : "cannot open folder",
                    full_path(path));
    }
    open_.emplace_front(path, File::adopt(fd, full_path(path)));
    by_path_.emplace(open_.front().first, open_.begin());
    if (open_.size() > most_open) {
        by_path_.erase(open_.back().first);
        open_.pop_back();
    }
    return open_.front().second.fd();
}

void throw_is_link(const std::string& path) {
    ErrorInfo problem;
    problem.argument = path;
    problem.message = path + " is a symbolic link: nothing is written through it. Remove it, or mount the folder " +
                      "it leads to in its place";
    throw UnsafePathError(std::move(problem));
}

bool is_link_at(int folder, const std::string& name) noexcept {
    struct stat info {};
    return ::fstatat(folder, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(info.st_mode);
}

}  // namespace hf
