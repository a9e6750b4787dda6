#pragma once

#include "comparison.hpp"

#include <filesystem>
#include <functional>
#include <string_view>
#include <vector>

namespace hf::conformance {

/// Where the function of a table is tried.
struct PurePlace {
    std::filesystem::path folder;  ///< empty, "{tmp}" in the texts
    bool reference_routes = false;
};

/// Applies the function of a table to one input.
using PureFunction = std::function<json::value(const json::object& input, const PurePlace& place)>;

struct PureRow {
    std::string_view table;
    PureFunction function;
};

std::vector<PureRow> core_tables();
std::vector<PureRow> type_tables();

/// Null for a table that the runner does not know.
const PureFunction* find_pure_function(std::string_view table);

/// A text of an input, or `fallback` where it is absent or null. {"repeat": ["a", 96]} is written out.
std::string input_text(const json::object& input, std::string_view name, std::string fallback = "");

}  // namespace hf::conformance
