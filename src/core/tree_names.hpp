#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hf {

/// The paths in a list of a commit's files as huggingface_hub 2 keeps it in the cache (trees/<commit>.json). nullopt
/// for a text that is none, of another format version, or that names a file outside its folder.
std::optional<std::vector<std::string>> parse_tree_names(std::string_view text);

}  // namespace hf
