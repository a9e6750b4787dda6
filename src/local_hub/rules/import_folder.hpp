#pragma once

#include "local_hub/rules/hub.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace hf::local_hub {

/// See LocalHub::import_folder.
std::string import_folder(Hub& hub, RepoType type, std::string_view repo_id, const std::filesystem::path& folder,
                          bool is_private);

}  // namespace hf::local_hub
