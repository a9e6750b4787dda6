#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace hf {

/// Lower-case hexadecimal.
std::string to_hex(std::span<const std::uint8_t> bytes);
/// The bytes; nullopt unless `text` is an even number of hexadecimal digits of either case.
std::optional<std::string> from_hex(std::string_view text);

/// An incremental hash. Movable; a moved-from one may only be destroyed or assigned to.
/// Uses the processor's SHA instructions where there are any. Throws std::bad_alloc only.
class Hasher {
public:
    Hasher(Hasher&&) noexcept = default;
    Hasher& operator=(Hasher&&) noexcept = default;

    void update(const void* data, std::size_t size);
    void update(std::string_view data) { update(data.data(), data.size()); }
    void update(std::span<const std::byte> data) { update(data.data(), data.size()); }

    /// The raw digest of what came so far. The object is then as newly made and can be used again.
    std::string digest();
    /// The same in lower-case hexadecimal.
    std::string hex();

protected:
    enum class Algorithm { sha1, sha256 };
    explicit Hasher(Algorithm algorithm);

private:
    struct Free {
        void operator()(void* context) const noexcept;
    };
    std::unique_ptr<void, Free> context_;
};

class Sha256 : public Hasher {
public:
    Sha256() : Hasher(Algorithm::sha256) {}
};

class Sha1 : public Hasher {
public:
    Sha1() : Hasher(Algorithm::sha1) {}
};

/// The object id that git gives a file: SHA-1 of "blob <size>\0" and the content. The size must be known
/// first; the result is meaningless unless exactly that many bytes follow.
class GitBlobSha1 {
public:
    explicit GitBlobSha1(std::uint64_t size);

    void update(const void* data, std::size_t size) { sha1_.update(data, size); }
    void update(std::string_view data) { sha1_.update(data); }
    /// The object id; nothing may follow it.
    std::string hex() { return sha1_.hex(); }

private:
    Sha1 sha1_;
};

std::string sha256_hex(std::string_view data);
std::string git_blob_sha1_hex(std::string_view data);

/// What git stores in place of an LFS file.
struct LfsPointer {
    std::string sha256;  ///< lower-case hexadecimal
    std::uint64_t size = 0;
};

std::string lfs_pointer_text(std::string_view sha256, std::uint64_t size);
/// nullopt if `text` is no pointer of version 1. A file over 1 KiB never is one.
std::optional<LfsPointer> parse_lfs_pointer(std::string_view text);

}  // namespace hf
