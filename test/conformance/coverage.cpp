#include "coverage.hpp"

#include "methods.hpp"
#include "pure_tables.hpp"

#include <algorithm>
#include <fstream>
#include <set>

namespace hf::conformance {
namespace {

std::string cell(const std::string& line, int index) {
    std::size_t start = 0;
    for (int i = 0; i <= index; ++i) {
        start = line.find('|', start);
        if (start == line.npos) return {};
        ++start;
    }
    std::string out = line.substr(start, line.find('|', start) - start);
    std::erase(out, '`');
    out.erase(0, out.find_first_not_of(' '));
    out.erase(out.find_last_not_of(' ') + 1);
    return out;
}

/// The method as the table of methods has it; that of an object without its class: ".fetch".
std::string method_name(const json::object& step) {
    const json::value* given = member(step, "method");
    if (!given) return {};
    const std::string name(given->as_string());
    return name.starts_with('$') ? name.substr(name.find('.')) : own_name(name);
}

/// The methods that a case calls, that of an object without its class: ".fetch".
std::set<std::string> calls(const VectorCase& vector_case) {
    const json::value* call = member(vector_case.data, "call");
    if (!call) return {vector_case.file};
    const json::value* steps = member(call->as_object(), "steps");
    if (!steps) return {method_name(call->as_object())};
    std::set<std::string> out;
    for (const auto& step : steps->as_array()) out.insert(method_name(step.as_object()));
    return out;
}

bool is_covered(const std::set<std::string>& shown, std::string_view name) {
    const auto dot = name.find('.');
    return shown.contains(std::string(dot == name.npos ? name : name.substr(dot)));
}

/// A call, a class whose objects have calls, or a table of a pure function.
bool is_known(const std::string& name) {
    if (find_method(name) || find_pure_function(name)) return true;
    for (const auto& header : declared_calls()) {
        for (const auto& row : header.rows) {
            if (row.name.starts_with(name + ".")) return true;
        }
    }
    return false;
}

/// Calls of the resource groups must have vectors; what workflows add to the reference has tests of its own.
bool must_have_vectors(const DeclaredCalls& header) { return header.header.starts_with("api/"); }

void write_row(std::string& out, const std::string& name, const std::string& gives, const std::string& requests) {
    out += "| `" + name + "` | " + (gives.empty() ? "" : "`" + gives + "`") + " | " +
           (requests.empty() ? "" : "`" + requests + "`") + " |\n";
}

}  // namespace

std::vector<CoverageRow> read_coverage_table(const std::filesystem::path& folder) {
    std::ifstream in(folder / "README.md");
    std::vector<CoverageRow> out;
    bool inside = false;
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with("| file (.json)")) inside = true;
        if (!line.starts_with('|') || line.starts_with("|-")) {
            inside = inside && line.starts_with('|');
            continue;
        }
        if (inside && !line.starts_with("| file")) out.push_back({cell(line, 0), cell(line, 1)});
    }
    return out;
}

CoverageReport find_uncovered(const std::vector<CoverageRow>& table, const std::vector<VectorCase>& cases,
                              const std::vector<bool>& passed) {
    std::set<std::string> shown, files;
    for (std::size_t i = 0; i < cases.size(); ++i) {
        if (!passed[i]) continue;
        shown.merge(calls(cases[i]));
        files.insert(cases[i].file);
    }
    CoverageReport out;
    const auto check = [&](bool holds, std::string message) {
        ++out.checks;
        if (!holds) out.missing.push_back(std::move(message));
    };
    for (const auto& row : table) {
        check(is_known(row.name), row.name + " is in the table of the vectors, and there is no such call");
        check(files.contains(row.name), row.name + " has no vector that passes");
    }
    for (const auto& header : declared_calls()) {
        if (!must_have_vectors(header)) continue;
        for (const auto& row : header.rows)
            check(is_covered(shown, row.name), std::string(row.name) + " is declared in " + std::string(header.header) +
                                                   " and has no vector that passes");
    }
    return out;
}

std::string endpoints_markdown(const std::vector<CoverageRow>& table) {
    std::string out = "| call | gives | requests |\n|---|---|---|\n";
    std::set<std::string> written;
    for (const auto& header : declared_calls()) {
        if (header.rows.empty()) continue;
        out += "| **" + std::string(header.header) + "** | | |\n";
        for (const auto& row : header.rows) {
            const auto it = std::ranges::find(table, row.name, &CoverageRow::name);
            write_row(out, std::string(row.name) + "(" + std::string(row.parameters) + ")", std::string(row.result),
                      it == table.end() ? std::string() : it->requests);
            written.insert(std::string(row.name));
        }
    }
    std::string others;
    for (const auto& row : table) {
        if (!written.contains(row.name) && find_method(row.name)) write_row(others, row.name, "", row.requests);
    }
    if (!others.empty()) out += "| **classes and functions** | | |\n" + others;
    return out;
}

}  // namespace hf::conformance
