#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hf::local_hub {

using Bytes = std::span<const unsigned char>;
inline Bytes bytes_of(std::string_view text) {
    return {reinterpret_cast<const unsigned char*>(text.data()), text.size()};
}

std::string to_hex(Bytes bytes);
std::optional<std::string> from_hex(std::string_view text);  ///< raw bytes
bool is_hex(std::string_view text, std::size_t length);

/// Appends the decoded bytes to `out`; false if `text` is not base64 (padding optional, no white space).
bool base64_decode(std::string_view text, std::string& out);
std::string base64_encode(std::string_view bytes);
std::string base64url_encode(std::string_view bytes);
std::optional<std::string> base64url_decode(std::string_view text);

/// Incremental digest (OpenSSL EVP).
class Hasher {
public:
    enum class Kind { sha1, sha256 };
    explicit Hasher(Kind kind);
    void update(const void* data, std::size_t size);
    void update(std::string_view text) { update(text.data(), text.size()); }
    std::string finish();  ///< raw digest; the object may be reused afterwards

private:
    struct Free {
        void operator()(void* context) const noexcept;
    };
    std::unique_ptr<void, Free> context_;
    Kind kind_;
};
std::string sha1(std::string_view data);                               ///< raw
std::string sha256(std::string_view data);                             ///< raw
std::string hmac_sha256(std::string_view key, std::string_view data);  ///< raw
bool equal_in_constant_time(std::string_view a, std::string_view b);

std::string random_hex(std::size_t bytes);
std::string new_object_id();  ///< 24 hex digits as the Hub's `_id`: seconds, then randomness

/// Milliseconds since the epoch.
std::int64_t now_ms();
/// The same, but never twice the same: for what is listed in the order in which it came.
std::int64_t next_ms();
std::string iso_time(std::int64_t ms);  ///< "2024-02-19T10:57:45.000Z"

std::string lower(std::string_view text);
std::vector<std::string_view> split(std::string_view text, char separator);
bool is_utf8(std::string_view text);
std::string escaped_html(std::string_view text);

/// Calls `f` when the scope ends.
template <class F>
class [[nodiscard]] OnExit {
public:
    explicit OnExit(F f) : f_(std::move(f)) {}
    ~OnExit() { f_(); }
    OnExit(const OnExit&) = delete;
    OnExit& operator=(const OnExit&) = delete;

private:
    F f_;
};

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
