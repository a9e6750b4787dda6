#pragma once

#include "local_hub/data/file.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <utility>

namespace hf::local_hub {

/// Renames the file at `from` to `target`, whose folders are created, and makes it read-only. Throws system_error.
void publish_file(const std::string& from, const std::filesystem::path& target);

/// A file under a random name, removed when destroyed unpublished.
class TemporaryFile {
public:
    explicit TemporaryFile(const std::filesystem::path& folder);
    /// Takes the file at `from` over, as the only one. Null: there is none.
    static std::unique_ptr<TemporaryFile> claim(const std::filesystem::path& from, const std::filesystem::path& folder);
    ~TemporaryFile();
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    File& file() { return file_; }
    void publish(const std::filesystem::path& target);
    void keep_as(const std::filesystem::path& target);  ///< can be claimed there

private:
    TemporaryFile(std::string path, File file) : path_(std::move(path)), file_(std::move(file)) {}

    std::string path_;
    File file_;
};

}  // namespace hf::local_hub
