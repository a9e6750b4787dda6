#pragma once

#include <hf/core/hash.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace hf {

/// What is known of a file's bytes before they are fetched.
class ContentId {
public:
    enum class Kind {
        git_blob,  ///< the ETag is a git-blob SHA-1
        sha256,    ///< of an LFS file
        unknown,   ///< the ETag is no hash: nothing can be verified but the size
    };

    ContentId(std::string etag, std::optional<std::uint64_t> size);

    const std::string& etag() const noexcept { return etag_; }
    const std::optional<std::uint64_t>& size() const noexcept { return size_; }
    Kind kind() const noexcept { return kind_; }
    /// For names of files: the ETag if it is a hash, else a hash of it.
    std::string key() const;

private:
    std::string etag_;
    std::optional<std::uint64_t> size_;
    Kind kind_;
};

/// Hashes a Content front to back.
class ContentHash {
public:
    /// The size must be known for git blobs, whose hash starts with it.
    explicit ContentHash(const ContentId& content);

    std::uint64_t position() const noexcept { return position_; }
    void update(const void* data, std::size_t size);
    void restart();
    /// The ETag that the bytes deserve; empty for ContentId::Kind::unknown.
    std::string finish();

private:
    std::variant<std::monostate, GitBlobSha1, Sha256> hash_;
    ContentId::Kind kind_;
    std::uint64_t size_;
    std::uint64_t position_ = 0;
};

/// Throws IntegrityError: `name` should have `expected` bytes but has `actual`.
[[noreturn]] void throw_wrong_size(std::string_view name, std::uint64_t expected, std::uint64_t actual);
/// Throws IntegrityError: the bytes of `name` do not hash to its ETag.
[[noreturn]] void throw_wrong_hash(std::string_view name, std::string_view expected, std::string_view actual);

}  // namespace hf
