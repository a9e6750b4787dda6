#pragma once

#include "local_hub/data/file.hpp"

#include <filesystem>
#include <string>

namespace hf::local_hub {

/// Renames the file at `from` to `target`, whose folders are created, and makes it read-only. Throws system_error.
void publish_file(const std::string& from, const std::filesystem::path& target);

/// A file under a random name, removed when destroyed unpublished.
class TemporaryFile {
public:
    explicit TemporaryFile(const std::filesystem::path& folder);
    ~TemporaryFile();
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    File& file() { return file_; }
    void publish(const std::filesystem::path& target);

private:
    std::string path_;
    File file_;
};

}  // namespace hf::local_hub
