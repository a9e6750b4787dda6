#include "core/tree_names.hpp"

#include "core/json_access.hpp"
#include "core/safe_path.hpp"

#include <hf/core/error.hpp>
#include <hf/core/json.hpp>

namespace hf {

std::optional<std::vector<std::string>> parse_tree_names(std::string_view text) {
    json::value parsed;
    try {
        parsed = json::parse(text);
    } catch (const Error&) {
        return std::nullopt;
    }
    const json::value* version = find_member(parsed, "format_version");
    const json::value* files = find_member(parsed, "files");
    if (!version || *version != 1 || !files || !files->is_object()) return std::nullopt;
    std::vector<std::string> names;
    for (const auto& [name, file] : files->get_object()) {
        if (!is_safe_path(std::string_view(name))) return std::nullopt;
        names.emplace_back(name);
    }
    return names;
}

}  // namespace hf
