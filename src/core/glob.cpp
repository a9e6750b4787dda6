#include "core/glob.hpp"

#include "core/utf8.hpp"

#include <algorithm>

namespace hf {
namespace {

// Well-formed UTF-8 gives its code points; other bytes sort behind all of them.
char32_t take_character(std::string_view& text) noexcept {
    const auto [c, bytes] = utf8::decode(text);
    const auto lead = static_cast<unsigned char>(text[0]);
    text.remove_prefix(bytes);
    return c == utf8::invalid ? 0x110000u + lead : c;
}

std::size_t last_character_size(std::string_view text) noexcept {
    for (std::size_t size = 1; size <= std::min<std::size_t>(4, text.size()); ++size) {
        const auto tail = text.substr(text.size() - size);
        if (utf8::is_continuation(tail[0])) continue;
        return utf8::decode(tail).bytes == size ? size : 1;
    }
    return 1;
}

constexpr char32_t last_code_point = 0x10FFFF;
constexpr char32_t last_character = 0x1100FF;

}  // namespace

Glob::Glob(std::string_view pattern) {
    // Ranges and elements of a segment are collected first; one whose elements are all single characters
    // becomes a literal.
    std::string literal;
    std::vector<Element> elements;
    bool is_literal = true;
    const auto close_segment = [&] {
        Segment segment;
        if (is_literal)
            segment.literal = std::move(literal);
        else
            segment.elements = std::move(elements);
        segments_.push_back(std::move(segment));
        literal.clear();
        elements.clear();
        is_literal = true;
    };
    while (!pattern.empty()) {
        Element element{static_cast<std::uint32_t>(ranges_.size()), 0, false};
        std::size_t set_size = 0;
        if (pattern[0] == '*') {
            close_segment();
            pattern.remove_prefix(1);
            continue;
        }
        if (pattern[0] == '?') {
            ranges_.push_back({0, last_character});
            is_literal = false;
            pattern.remove_prefix(1);
        } else if (pattern[0] == '[' && (set_size = parse_set(pattern, element)) != 0) {
            is_literal = false;
            pattern.remove_prefix(set_size);
        } else {
            const auto before = pattern;
            const char32_t c = take_character(pattern);
            // A part of a character must not be found within one.
            if (c > last_code_point) is_literal = false;
            literal.append(before.substr(0, before.size() - pattern.size()));
            ranges_.push_back({c, c});
        }
        element.ranges_end = static_cast<std::uint32_t>(ranges_.size());
        elements.push_back(element);
    }
    close_segment();
}

// The length of the set at the start of `pattern`, brackets included; 0 if it is not closed, and the
// bracket means itself.
std::size_t Glob::parse_set(std::string_view pattern, Element& out) {
    std::size_t begin = 1;
    const bool negated = pattern.substr(begin).starts_with('!');
    if (negated) ++begin;
    const auto close = pattern.find(']', begin + 1);  // one that comes first is a member
    if (close == pattern.npos) return 0;
    out.negated = negated;
    std::vector<char32_t> characters;
    for (auto content = pattern.substr(begin, close - begin); !content.empty();)
        characters.push_back(take_character(content));
    for (std::size_t i = 0; i < characters.size();) {
        const bool is_range = i + 2 < characters.size() && characters[i + 1] == '-';
        const char32_t last = characters[is_range ? i + 2 : i];
        if (characters[i] <= last) ranges_.push_back({characters[i], last});  // a reversed range is empty
        i += is_range ? 3 : 1;
    }
    return close + 1;
}

bool Glob::is_element(const Element& element, char32_t character) const noexcept {
    for (auto i = element.ranges_begin; i != element.ranges_end; ++i) {
        if (character >= ranges_[i].first && character <= ranges_[i].last) return !element.negated;
    }
    return element.negated;
}

bool Glob::take_front(const Segment& segment, std::string_view& rest) const noexcept {
    if (segment.elements.empty()) {
        if (!rest.starts_with(segment.literal)) return false;
        rest.remove_prefix(segment.literal.size());
        return true;
    }
    auto left = rest;
    for (const auto& element : segment.elements) {
        if (left.empty() || !is_element(element, take_character(left))) return false;
    }
    rest = left;
    return true;
}

bool Glob::take_back(const Segment& segment, std::string_view& rest) const noexcept {
    if (segment.elements.empty()) {
        if (!rest.ends_with(segment.literal)) return false;
        rest.remove_suffix(segment.literal.size());
        return true;
    }
    auto before = rest;
    for (std::size_t i = 0; i < segment.elements.size(); ++i) {
        if (before.empty()) return false;
        before.remove_suffix(last_character_size(before));
    }
    auto tail = rest.substr(before.size());
    if (!take_front(segment, tail) || !tail.empty()) return false;
    rest = before;
    return true;
}

// The leftmost place is always as good as a later one: what follows has only more room.
bool Glob::take_first(const Segment& segment, std::string_view& rest) const noexcept {
    if (segment.elements.empty()) {
        const auto found = rest.find(segment.literal);
        if (found == rest.npos) return false;
        rest.remove_prefix(found + segment.literal.size());
        return true;
    }
    for (; !rest.empty(); take_character(rest)) {
        if (take_front(segment, rest)) return true;
    }
    return false;
}

bool Glob::matches(std::string_view path) const noexcept {
    if (!take_front(segments_.front(), path)) return false;
    if (segments_.size() == 1) return path.empty();
    if (!take_back(segments_.back(), path)) return false;
    for (std::size_t i = 1; i + 1 < segments_.size(); ++i) {
        if (!take_first(segments_[i], path)) return false;
    }
    return true;
}

PatternFilter::Pattern::Pattern(const std::string& text) : text(text), glob(text.ends_with('/') ? text + "*" : text) {}

PatternFilter::PatternFilter(const Patterns& allow, const Patterns& ignore) {
    if (allow) allow_.emplace(allow->begin(), allow->end());
    if (ignore) ignore_ = std::vector<Pattern>(ignore->begin(), ignore->end());
}

bool PatternFilter::matches(std::string_view path) const noexcept {
    const auto hit = [path](const Pattern& pattern) { return pattern.glob.matches(path); };
    if (allow_ && std::ranges::none_of(*allow_, hit)) return false;
    return std::ranges::none_of(ignore_, hit);
}

std::vector<std::string> PatternFilter::unmatched(std::span<const std::string_view> paths) const {
    std::vector<std::string> out;
    const auto look = [&](const std::vector<Pattern>& patterns) {
        for (const Pattern& pattern : patterns) {
            const auto hit = [&](std::string_view path) { return pattern.glob.matches(path); };
            if (std::ranges::none_of(paths, hit)) out.push_back(pattern.text);
        }
    };
    if (allow_) look(*allow_);
    look(ignore_);
    return out;
}

}  // namespace hf
