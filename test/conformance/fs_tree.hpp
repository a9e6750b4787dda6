#pragma once

#include "comparison.hpp"

#include <filesystem>

namespace hf::conformance {

/// Makes the files of an `fs_before` below `root`.
void create_files(const json::object& files, const std::filesystem::path& root);

/// Compares the folders of an `fs_after` with those below `root`.
Difference compare_files(const json::object& folders, const std::filesystem::path& root);

/// Adds seconds to modification times (`mtime_shift` of a step).
void shift_times(const json::object& seconds, const std::filesystem::path& root);

}  // namespace hf::conformance
