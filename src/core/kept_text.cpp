#include "core/kept_text.hpp"

#include <hf/core/repo.hpp>
#include <hf/core/url.hpp>

#include <algorithm>
#include <charconv>
#include <limits>

namespace hf {

std::string_view take_until(std::string_view& text, char separator) {
    const auto end = text.find(separator);
    const std::string_view piece = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    return piece;
}

std::optional<std::uint64_t> read_number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    if (text.size() > 1 && text.front() == '0') return std::nullopt;
    if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
    return value;
}

std::string write_field(std::string_view text) { return quote(text, "/"); }

std::optional<std::string> read_field(std::string_view field) {
    std::string text = unquote(field);
    if (text.empty() || write_field(text) != field) return std::nullopt;
    return text;
}

std::optional<std::string> read_ref(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    text = text.substr(0, text.find_last_not_of(blanks) + 1);
    if (!is_commit_hash(text)) return std::nullopt;
    return std::string(text);
}

bool is_content_hash(std::string_view text) noexcept {
    return (text.size() == 40 || text.size() == 64) &&
           std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::optional<std::string> to_content_hash(std::string_view text) {
    constexpr std::string_view prefix = "sha256:";
    if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
    std::string hash(text);
    for (char& c : hash) {
        if (c >= 'A' && c <= 'F') c = static_cast<char>(c + 32);
    }
    if (!is_content_hash(hash)) return std::nullopt;
    return hash;
}

}  // namespace hf
