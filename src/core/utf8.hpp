#pragma once

#include <cstddef>
#include <string_view>

namespace hf::utf8 {

inline constexpr char32_t invalid = 0xFFFFFFFF;

struct Decoded {
    char32_t character;
    std::size_t bytes;
};

constexpr bool is_continuation(char c) noexcept { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// The first character of `text`, which must not be empty. A byte that begins no well-formed character
/// gives `invalid` and has the length 1.
constexpr Decoded decode(std::string_view text) noexcept {
    const auto lead = static_cast<unsigned char>(text[0]);
    if (lead < 0x80) return {lead, 1};
    std::size_t length = 0;
    if (lead >= 0xC2 && lead < 0xE0) length = 2;
    else if (lead >= 0xE0 && lead < 0xF0) length = 3;
    else if (lead >= 0xF0 && lead < 0xF5) length = 4;
    if (length == 0 || text.size() < length) return {invalid, 1};
    char32_t c = lead & (0x7Fu >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if (!is_continuation(text[i])) return {invalid, 1};
        c = c << 6 | (static_cast<unsigned char>(text[i]) & 0x3F);
    }
    constexpr char32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (c < smallest[length] || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000)) return {invalid, 1};
    return {c, length};
}

}  // namespace hf::utf8
