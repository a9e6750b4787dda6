#pragma once

#include <hf/core/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hf {

// The list of a commit's files as huggingface_hub 2 keeps it in the cache (trees/<commit>.json).

/// What such a list has by path; null if it is none, or of another format version.
const json::object* tree_files(const json::value& list);
/// The paths. nullopt for a text that is none, of another format version, or that names a file outside its folder.
std::optional<std::vector<std::string>> parse_tree_names(std::string_view text);

}  // namespace hf
