#include "core/kept_text.hpp"

#include <hf/core/repo.hpp>
#include <hf/core/url.hpp>

#include <algorithm>
#include <limits>

namespace hf {

std::optional<std::uint64_t> read_number(std::string_view text) {
    const auto value = to_number<std::uint64_t>(text);
    if (!value || (text.size() > 1 && text.front() == '0')) return std::nullopt;
    if (*value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
    return value;
}

std::string write_field(std::string_view text) { return quote(text, "/"); }

std::optional<std::string> read_field(std::string_view field) {
    std::string text = unquote(field);
    if (text.empty() || write_field(text) != field) return std::nullopt;
    return text;
}

std::optional<std::string> read_ref(std::string_view text) {
    text = trim(text, " \t\r\n");
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
    std::string hash = to_lower(text);
    if (!is_content_hash(hash)) return std::nullopt;
    return hash;
}

}  // namespace hf
