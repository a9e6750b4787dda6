#include "core/path_layout.hpp"

#include <algorithm>
#include <cstddef>

namespace hf {

namespace {

// NAME_MAX of Linux and of all file systems in use there.
constexpr std::size_t longest_name = 255;

bool has_long_name(std::string_view path) {
    while (!path.empty()) {
        const auto end = std::min(path.find('/'), path.size());
        if (end > longest_name) return true;
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return false;
}

}  // namespace

std::string_view folder_of(std::string_view path) noexcept {
    const auto slash = path.rfind('/');
    return slash == path.npos ? std::string_view() : path.substr(0, slash);
}

void PathLayout::add(std::string_view path) {
    if (!long_name_ && has_long_name(path)) long_name_ = path;
    const bool is_new = files_.insert(path).second;
    if (!is_new && !clash_) clash_ = Clash(path, path);
    if (const auto below = folders_.find(path); below != folders_.end() && !clash_) clash_ = Clash(path, below->second);
    for (auto above = folder_of(path); !above.empty(); above = folder_of(above)) {
        if (!folders_.emplace(above, path).second) break;
        if (files_.contains(above) && !clash_) clash_ = Clash(above, path);
    }
}

void PathLayout::pop_back() {
    if (!files_.empty())
        files_.erase(files_.begin());
    else
        folders_.erase(folders_.begin());
}

}  // namespace hf
