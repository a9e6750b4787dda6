#include "local_hub/data/temporary_file.hpp"

#include "local_hub/data/random.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace hf::local_hub {

void publish_file(const std::string& from, const std::filesystem::path& target) {
    std::filesystem::create_directories(target.parent_path());
    ::chmod(from.c_str(), 0400);
    if (std::rename(from.c_str(), target.c_str()) != 0)
        throw std::system_error(errno, std::generic_category(), "publish " + target.filename().string());
}

TemporaryFile::TemporaryFile(const std::filesystem::path& folder)
    : path_((folder / random_hex(12)).string()), file_(File::create(path_)) {}

TemporaryFile::~TemporaryFile() {
    if (!path_.empty()) ::unlink(path_.c_str());
}

void TemporaryFile::publish(const std::filesystem::path& target) {
    publish_file(path_, target);
    path_.clear();
}

}  // namespace hf::local_hub
