#include "xet/hash.hpp"

#include <cstring>

namespace hf::xet {

std::uint64_t Hash::word(std::size_t index) const noexcept {
    std::uint64_t out = 0;
    for (std::size_t i = 8; i-- > 0;) out = out << 8 | bytes[8 * index + i];
    return out;
}

std::strong_ordering operator<=>(const Hash& a, const Hash& b) noexcept {
    for (std::size_t i = 0; i < 4; ++i) {
        if (const auto order = a.word(i) <=> b.word(i); order != 0) return order;
    }
    return std::strong_ordering::equal;
}

std::string to_text(const Hash& hash) {
    constexpr char digits[] = "0123456789abcdef";
    std::string out(64, '\0');
    for (std::size_t i = 0; i < 32; ++i) {
        const auto byte = hash.bytes[i ^ 7];
        out[2 * i] = digits[byte >> 4];
        out[2 * i + 1] = digits[byte & 15];
    }
    return out;
}

std::optional<Hash> parse_hash(std::string_view text) noexcept {
    if (text.size() != 64) return std::nullopt;
    Hash out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        unsigned digit = 0;
        if (c >= '0' && c <= '9') digit = static_cast<unsigned>(c - '0');
        else if (c >= 'a' && c <= 'f') digit = static_cast<unsigned>(c - 'a') + 10;
        else if (c >= 'A' && c <= 'F') digit = static_cast<unsigned>(c - 'A') + 10;
        else return std::nullopt;
        auto& byte = out.bytes[(i / 2) ^ 7];
        byte = static_cast<std::uint8_t>(byte << 4 | digit);
    }
    return out;
}

Hash hash_at(Bytes data) noexcept {
    Hash out;
    std::memcpy(out.bytes.data(), data.data(), out.bytes.size());
    return out;
}

}  // namespace hf::xet
