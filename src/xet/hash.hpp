#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// The Xet protocol (Xet protocol specification, https://huggingface.co/docs/xet) without any input or output: hashes,
/// chunks and the formats that carry them. Whatever reads bytes or text from outside throws InvalidResponseError
/// where they break the format and IntegrityError where their content is not what they say, and allocates no more
/// than a small multiple of what it was given or of a declared limit.
namespace hf::xet {

using Bytes = std::span<const std::byte>;

/// A hash of 32 bytes: of a chunk, a xorb, a file, or a key. Ordered as four little-endian words of 64 bits, which is
/// the order of shards and not that of the bytes.
struct Hash {
    std::array<std::uint8_t, 32> bytes{};

    std::uint64_t word(std::size_t index) const noexcept;
    bool is_zero() const noexcept { return *this == Hash(); }

    friend bool operator==(const Hash&, const Hash&) = default;
    friend std::strong_ordering operator<=>(const Hash& a, const Hash& b) noexcept;
};

/// The text form: each of the four words as 16 lower-case digits, so within each group of eight the bytes are
/// reversed (specification "Hashing", "Converting hashes to strings").
std::string to_text(const Hash& hash);
/// nullopt unless `text` is 64 hexadecimal digits, of either case: what is compared are always the bytes.
std::optional<Hash> parse_hash(std::string_view text) noexcept;
/// The 32 bytes that `data` begins with; it must have as many.
Hash hash_at(Bytes data) noexcept;

}  // namespace hf::xet

template <>
struct std::hash<hf::xet::Hash> {
    std::size_t operator()(const hf::xet::Hash& hash) const noexcept {
        const std::uint64_t mixed = (hash.word(0) ^ hash.word(2)) * 0x9E3779B97F4A7C15u;
        return static_cast<std::size_t>(mixed ^ hash.word(1) ^ hash.word(3));
    }
};
