#pragma once

#include <algorithm>
#include <string_view>

namespace hf {

/// Where clients of the Hub keep what they know of a folder: no client uploads it.
inline constexpr std::string_view client_folder = ".cache/huggingface";

/// Whether a file of this name would be, hold or be in `client_folder`: then it is not put into a folder of the
/// user's. Case does not matter, because file systems may not tell it apart.
inline bool is_of_clients(std::string_view path) {
    const auto same = [](std::string_view a, std::string_view b) {
        return std::ranges::equal(a, b, [](char x, char y) { return x == (y >= 'A' && y <= 'Z' ? y + 32 : y); });
    };
    const auto size = client_folder.size();
    return same(client_folder.substr(0, 6), path) ||
           (same(client_folder, path.substr(0, size)) && (path.size() == size || path[size] == '/'));
}

}  // namespace hf
