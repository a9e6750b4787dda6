#pragma once

#include <hf/core/string_list.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hf {

/// One pattern of Python's `fnmatch` for the whole of a path: `*` is any text, slashes included, `?` one
/// character, `[abc]`, `[a-z]` and `[!abc]` one of (or none of) a set. Case matters. There is no escape but
/// `[*]`. Characters are UTF-8; a byte that is none counts as a character.
///
/// Matching takes at most pattern times path steps, and no memory.
class Glob {
public:
    explicit Glob(std::string_view pattern);

    bool matches(std::string_view path) const noexcept;

private:
    struct Range {
        char32_t first, last;
    };
    // One character of the path.
    struct Element {
        std::uint32_t ranges_begin, ranges_end;  // in ranges_
        bool negated;
    };
    // The part between two stars: a literal text, or else elements.
    struct Segment {
        std::string literal;
        std::vector<Element> elements;
    };

    std::size_t parse_set(std::string_view pattern, Element& out);
    bool is_element(const Element& element, char32_t character) const noexcept;
    bool take_front(const Segment& segment, std::string_view& rest) const noexcept;
    bool take_back(const Segment& segment, std::string_view& rest) const noexcept;
    bool take_first(const Segment& segment, std::string_view& rest) const noexcept;

    std::vector<Range> ranges_;
    std::vector<Segment> segments_;
};

/// Which paths of a repository a call is about: those that match one of the patterns to allow, if there
/// are any given, and none of the patterns to ignore. A pattern that ends in a slash means all below that folder.
class PatternFilter {
public:
    using Patterns = std::optional<std::vector<std::string>>;

    PatternFilter() = default;
    /// An empty list to allow lets nothing through, an absent one everything.
    PatternFilter(const Patterns& allow, const Patterns& ignore);

    bool matches(std::string_view path) const noexcept;

    /// The patterns that match none of `paths`, as they were given.
    std::vector<std::string> unmatched(std::span<const std::string_view> paths) const;

private:
    struct Pattern {
        explicit Pattern(const std::string& text);
        std::string text;
        Glob glob;
    };

    std::optional<std::vector<Pattern>> allow_;
    std::vector<Pattern> ignore_;
};

/// As an option has them: absent unless given.
inline PatternFilter::Patterns patterns_of(const StringList& list) {
    if (!list.given()) return std::nullopt;
    return list.to_vector();
}

/// What `upload_folder` never uploads.
inline constexpr std::array<std::string_view, 4> ignore_git_folder_patterns = {".git", ".git/*", "*/.git",
                                                                               "**/.git/**"};

/// The items whose path passes the filter, in order. `key` gives an item's path.
template <std::ranges::input_range Items, class Key = std::identity>
auto filter_repo_objects(Items&& items, const PatternFilter& filter, Key key = {}) {
    std::vector<std::ranges::range_value_t<Items>> out;
    for (auto&& item : items) {
        if (filter.matches(std::invoke(key, item))) out.push_back(std::forward<decltype(item)>(item));
    }
    return out;
}

}  // namespace hf
