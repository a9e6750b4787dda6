#include "core/path_layout.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace hf {

namespace {

// NAME_MAX of Linux and of all file systems in use there.
constexpr std::size_t longest_name = 255;

}  // namespace

std::string_view folder_of(std::string_view path) noexcept {
    const auto slash = path.rfind('/');
    return slash == path.npos ? std::string_view() : path.substr(0, slash);
}

std::optional<std::pair<std::string_view, std::string_view>> find_clash(const std::vector<std::string_view>& paths) {
    std::unordered_map<std::string_view, std::string_view> folders;  // with a path below each
    for (const std::string_view path : paths) {
        for (auto above = folder_of(path); !above.empty(); above = folder_of(above)) {
            if (!folders.emplace(above, path).second) break;
        }
    }
    std::unordered_set<std::string_view> files;
    for (const std::string_view path : paths) {
        if (!files.insert(path).second) return std::pair(path, path);
        const auto below = folders.find(path);
        if (below != folders.end()) return std::pair(path, below->second);
    }
    return std::nullopt;
}

std::optional<std::string_view> find_long_name(const std::vector<std::string_view>& paths) {
    const auto is_long = [](std::string_view path) {
        while (!path.empty()) {
            const auto end = std::min(path.find('/'), path.size());
            if (end > longest_name) return true;
            path.remove_prefix(std::min(end + 1, path.size()));
        }
        return false;
    };
    const auto found = std::ranges::find_if(paths, is_long);
    if (found == paths.end()) return std::nullopt;
    return *found;
}

}  // namespace hf
