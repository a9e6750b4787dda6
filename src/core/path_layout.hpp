#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace hf {

/// Paths that are to be in one folder, added one after the other. Refers to their texts.
class PathLayout {
public:
    using Clash = std::pair<std::string_view, std::string_view>;

    /// So many paths will come.
    void reserve(std::size_t paths) { files_.reserve(paths); }
    void add(std::string_view path);

    /// The first two that cannot be in one folder: a path that is there twice, or one that names a file and, in
    /// another, a folder ("a" and "a/b").
    const std::optional<Clash>& clash() const noexcept { return clash_; }
    /// The first with a segment longer than file systems take (255 bytes).
    const std::optional<std::string_view>& long_name() const noexcept { return long_name_; }

    // As a container, to be emptied step by step.
    bool empty() const noexcept { return files_.empty() && folders_.empty(); }
    void pop_back();

private:
    std::unordered_set<std::string_view> files_;
    std::unordered_map<std::string_view, std::string_view> folders_;  // with a path below each
    std::optional<Clash> clash_;
    std::optional<std::string_view> long_name_;
};

/// `path` without its last segment; empty for a path of one.
std::string_view folder_of(std::string_view path) noexcept;

}  // namespace hf
