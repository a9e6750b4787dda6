#pragma once

#include "comparison.hpp"
#include "vector_file.hpp"

#include <filesystem>

namespace hf::conformance {

/// Plays one case in `folder`, which must be empty, and compares everything. Never throws.
Difference run_case(const VectorCase& vector_case, const std::filesystem::path& folder);

}  // namespace hf::conformance
