#pragma once

#include <filesystem>

namespace hf {

/// With a leading "~" replaced by HOME, as the reference does it with paths that users give.
std::filesystem::path expand_home(const std::filesystem::path& path);

}  // namespace hf
