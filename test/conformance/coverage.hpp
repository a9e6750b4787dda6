#pragma once

#include "vector_file.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace hf::conformance {

/// A row of the coverage table in the README of a folder of vectors.
struct CoverageRow {
    std::string name;      ///< of the file and the method: "list_models"
    std::string requests;  ///< "GET /api/models (paginated)"
};
std::vector<CoverageRow> read_coverage_table(const std::filesystem::path& folder);

/// What no passing case shows: methods of the tables of `folders` and calls that the headers of the resource groups
/// declare. `passed` says of each case whether it passed; `checks` is how much was looked at.
struct CoverageReport {
    std::vector<std::string> missing;
    std::size_t checks = 0;
};
CoverageReport find_uncovered(const std::vector<CoverageRow>& table, const std::vector<VectorCase>& cases,
                              const std::vector<bool>& passed);

/// The table of all calls, in Markdown.
std::string endpoints_markdown(const std::vector<CoverageRow>& table);

}  // namespace hf::conformance
