#include "engine/files/local_path.hpp"

#include <cstdlib>
#include <string>

namespace hf {

std::filesystem::path expand_home(const std::filesystem::path& path) {
    const std::string text = path.string();
    const char* home = text == "~" || text.starts_with("~/") ? std::getenv("HOME") : nullptr;
    if (!home) return path;
    return std::filesystem::path(home + text.substr(1));
}

}  // namespace hf
