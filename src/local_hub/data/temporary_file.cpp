#include "local_hub/data/temporary_file.hpp"

#include "local_hub/data/random.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace hf::local_hub {

namespace {

void rename_file(const std::string& from, const std::filesystem::path& target) {
    if (std::rename(from.c_str(), target.c_str()) != 0)
        throw std::system_error(errno, std::generic_category(), "publish " + target.filename().string());
}

std::string random_name(const std::filesystem::path& folder) { return (folder / random_hex(12)).string(); }

}  // namespace

void publish_file(const std::string& from, const std::filesystem::path& target) {
    std::filesystem::create_directories(target.parent_path());
    ::chmod(from.c_str(), 0400);
    rename_file(from, target);
}

TemporaryFile::TemporaryFile(const std::filesystem::path& folder)
    : path_(random_name(folder)), file_(File::create(path_)) {}

std::unique_ptr<TemporaryFile> TemporaryFile::claim(const std::filesystem::path& from,
                                                    const std::filesystem::path& folder) {
    std::string path = random_name(folder);
    if (std::rename(from.c_str(), path.c_str()) != 0) {
        if (errno == ENOENT) return nullptr;
        throw std::system_error(errno, std::generic_category(), "claim " + from.filename().string());
    }
    const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    if (fd < 0) throw std::system_error(errno, std::generic_category(), "open " + from.filename().string());
    return std::unique_ptr<TemporaryFile>(new TemporaryFile(std::move(path), File(fd)));
}

TemporaryFile::~TemporaryFile() {
    if (!path_.empty()) ::unlink(path_.c_str());
}

void TemporaryFile::publish(const std::filesystem::path& target) {
    publish_file(path_, target);
    path_.clear();
}

void TemporaryFile::keep_as(const std::filesystem::path& target) {
    rename_file(path_, target);
    path_.clear();
}

}  // namespace hf::local_hub
