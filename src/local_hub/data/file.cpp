#include "local_hub/data/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace hf::local_hub {
namespace {

[[noreturn]] void throw_errno(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

}  // namespace

File::~File() {
    if (fd_ >= 0) ::close(fd_);
}

void File::write_all(const void* data, std::size_t size) {
    const auto* at = static_cast<const char*>(data);
    while (size) {
        const auto n = ::write(fd_, at, size);
        if (n < 0) {
            if (errno == EINTR) continue;
            throw_errno("write");
        }
        at += n;
        size -= static_cast<std::size_t>(n);
    }
}

void File::write_at(const void* data, std::size_t size, std::uint64_t offset) {
    const auto* at = static_cast<const char*>(data);
    while (size) {
        const auto n = ::pwrite(fd_, at, size, static_cast<off_t>(offset));
        if (n < 0) {
            if (errno == EINTR) continue;
            throw_errno("write");
        }
        at += n;
        offset += static_cast<std::uint64_t>(n);
        size -= static_cast<std::size_t>(n);
    }
}

std::size_t File::read_at(void* data, std::size_t size, std::uint64_t offset) const {
    for (;;) {
        const auto n = ::pread(fd_, data, size, static_cast<off_t>(offset));
        if (n >= 0) return static_cast<std::size_t>(n);
        if (errno != EINTR) throw_errno("read");
    }
}

std::uint64_t File::size() const {
    struct stat info {};
    if (::fstat(fd_, &info) != 0) throw_errno("stat");
    return static_cast<std::uint64_t>(info.st_size);
}

File File::open_existing(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno != ENOENT && errno != ENOTDIR) throw_errno("open");
    return File(fd);
}

File File::create(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) throw_errno("create");
    return File(fd);
}

File File::create_private(const std::string& path) {
    File file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!file || ::fchmod(file.get(), 0600) != 0) throw_errno("create");
    return file;
}

void make_private_folder(const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder);
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all);
}

}  // namespace hf::local_hub
