#include "core/tree_names.hpp"

#include "core/json_access.hpp"
#include "core/safe_path.hpp"

namespace hf {

const json::object* tree_files(const json::value& list) {
    const json::value* version = find_member(list, "format_version");
    const json::value* files = find_member(list, "files");
    return version && *version == 1 && files ? files->if_object() : nullptr;
}

std::optional<std::vector<std::string>> parse_tree_names(std::string_view text) {
    const std::optional<json::value> list = json::try_parse(text);
    const json::object* files = list ? tree_files(*list) : nullptr;
    if (!files) return std::nullopt;
    std::vector<std::string> names;
    for (const auto& [name, file] : *files) {
        if (!is_safe_path(std::string_view(name))) return std::nullopt;
        names.emplace_back(name);
    }
    return names;
}

}  // namespace hf
