#pragma once

#include "core/utf8.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace hf {

// ASCII text, whatever the locale: what protocols are made of. Other bytes are left alone.

constexpr char to_lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

inline std::string to_lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = to_lower(c);
    return out;
}

/// Equal but for the case of letters, as names of header fields are.
constexpr bool iequals(std::string_view a, std::string_view b) noexcept {
    return std::ranges::equal(a, b, [](char x, char y) { return to_lower(x) == to_lower(y); });
}

/// Without the characters of `blanks` at both ends.
constexpr std::string_view trim(std::string_view text, std::string_view blanks = " \t") noexcept {
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    return text.substr(0, text.find_last_not_of(blanks) + 1);
}

/// One piece more than there are separators: "" for an empty text.
inline std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> pieces;
    for (;;) {
        const auto end = text.find(separator);
        pieces.push_back(text.substr(0, end));
        if (end == text.npos) return pieces;
        text.remove_prefix(end + 1);
    }
}

/// The text up to `separator` (or all of it), which is removed from `text` together with the separator.
constexpr std::string_view take_until(std::string_view& text, char separator) noexcept {
    const auto end = text.find(separator);
    const auto piece = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    return piece;
}

/// All of `text` as a number of base 10 (or another): no sign unless the type has one, and no plus, blank or rest.
/// nullopt for what is no such number or does not fit.
template <class Number>
std::optional<Number> to_number(std::string_view text, int base = 10) noexcept {
    Number value{};
    const char* end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, value, base);
    if (error != std::errc() || at != end) return std::nullopt;
    return value;
}

/// -1 for what is no hexadecimal digit of either case.
constexpr int hex_value(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// Whether `text` is nothing but hexadecimal digits of either case; true for an empty one.
constexpr bool is_hex(std::string_view text) noexcept {
    return std::ranges::all_of(text, [](char c) { return hex_value(c) >= 0; });
}

/// Whether `text` is well-formed UTF-8 from its first to its last byte.
constexpr bool is_utf8(std::string_view text) noexcept {
    while (!text.empty()) {
        const auto next = utf8::decode(text);
        if (next.character == utf8::invalid) return false;
        text.remove_prefix(next.bytes);
    }
    return true;
}

}  // namespace hf
