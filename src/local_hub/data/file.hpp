#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

namespace hf::local_hub {

/// An owned file descriptor.
class File {
public:
    File() = default;
    explicit File(int fd) : fd_(fd) {}
    File(File&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    File& operator=(File&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~File();

    int get() const noexcept { return fd_; }
    explicit operator bool() const noexcept { return fd_ >= 0; }
    void write_all(const void* data, std::size_t size);  ///< throws system_error
    void write_at(const void* data, std::size_t size, std::uint64_t offset);
    std::size_t read_at(void* data, std::size_t size, std::uint64_t offset) const;  ///< 0 at the end
    std::uint64_t size() const;

    /// Open for reading; empty if there is no such file. Throws system_error otherwise.
    static File open_existing(const std::string& path);
    static File create(const std::string& path);  ///< read and write, truncated; throws system_error
    /// The same, not truncated, and for its owner alone even where it exists.
    static File create_private(const std::string& path);

private:
    int fd_ = -1;
};

/// Creates the folder where it is missing; it is its owner's alone from then on. Throws filesystem_error.
void make_private_folder(const std::filesystem::path& folder);

}  // namespace hf::local_hub
