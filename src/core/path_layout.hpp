#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace hf {

/// Two of `paths` that cannot be in one folder: a path that is there twice, or one that names a file and, in
/// another, a folder ("a" and "a/b").
std::optional<std::pair<std::string_view, std::string_view>> find_clash(const std::vector<std::string_view>& paths);

/// A path with a segment longer than file systems take (255 bytes).
std::optional<std::string_view> find_long_name(const std::vector<std::string_view>& paths);

/// `path` without its last segment; empty for a path of one.
std::string_view folder_of(std::string_view path) noexcept;

}  // namespace hf
