#include "coverage.hpp"
#include "mutants.hpp"
#include "reference_errors.hpp"
#include "run_case.hpp"
#include "vector_file.hpp"

#include <algorithm>
#include <atomic>
#include <iostream>
#include <iterator>
#include <thread>
#include <vector>

#include <unistd.h>

namespace {

using hf::conformance::Difference;
using hf::conformance::VectorCase;
using hf::conformance::Vectors;

constexpr const char* usage =
    "usage: hfhub_conformance DIR [TEXT]\n"
    "       hfhub_conformance --self-check DIR [TEXT]\n"
    "       hfhub_conformance --coverage DIR...\n"
    "       hfhub_conformance --endpoints DIR...\n"
    "       hfhub_conformance --errors\n"
    "Plays the wire vectors of a folder through the real client. With TEXT only those whose id contains it.\n"
    "The self-check makes each expectation wrong, one at a time, and fails where that goes unnoticed.\n"
    "Cases that the folder's retired.txt lists are left out and counted.\n"
    "The coverage check fails where a call has no vector that passes. The others write tables for the README.\n";

/// All cases, several at a time; each in a folder of its own below `root`.
std::vector<Difference> run_all(const std::vector<VectorCase>& cases, const std::filesystem::path& root) {
    std::vector<Difference> differences(cases.size());
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
        for (std::size_t i = next++; i < cases.size(); i = next++) {
            const std::filesystem::path folder = root / std::to_string(i);
            std::filesystem::create_directories(folder);
            differences[i] = hf::conformance::run_case(cases[i], folder);
            std::error_code ignored;
            std::filesystem::remove_all(folder, ignored);
        }
    };
    {
        std::vector<std::jthread> threads;
        // A few cases wait; more threads than processors keep these busy.
        for (unsigned i = 0; i < 2 * std::max(1u, std::thread::hardware_concurrency()); ++i) threads.emplace_back(work);
    }
    return differences;
}

std::string on_one_line(std::string text) {
    std::ranges::replace_if(
        text, [](unsigned char c) { return c < ' '; }, ' ');
    return text;
}

/// One line for each case that differs. Gives the number of those that may not.
std::size_t report(const std::vector<VectorCase>& cases, const std::vector<Difference>& differences) {
    std::size_t failed = 0;
    for (std::size_t i = 0; i < cases.size(); ++i) {
        if (!differences[i]) continue;
        failed += !cases[i].may_differ();
        std::cout << (cases[i].may_differ() ? "differs (allowed) " : "FAILED ") << cases[i].id << ": "
                  << on_one_line(*differences[i]) << '\n';
    }
    std::cout << cases.size() - failed << " passed, " << failed << " failed\n";
    return failed;
}

std::filesystem::path make_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "hfhub-conformance-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::runtime_error("cannot make a temporary folder");
    return std::filesystem::canonical(name);
}

std::vector<Difference> run_all_in_folder(const std::vector<VectorCase>& cases) {
    const std::filesystem::path root = make_folder();
    auto differences = run_all(cases, root);
    std::filesystem::remove_all(root);
    return differences;
}

Vectors load(const std::string& folder, const std::string& text) {
    Vectors vectors = hf::conformance::load_vectors(folder);
    std::erase_if(vectors.cases, [&](const VectorCase& c) { return c.id.find(text) == c.id.npos; });
    if (vectors.cases.empty()) throw std::runtime_error("no vectors in " + folder);
    return vectors;
}

int run(const std::string& folder, const std::string& text) {
    const auto [cases, retired] = load(folder, text);
    if (retired > 0) std::cout << retired << " retired\n";
    return report(cases, run_all_in_folder(cases)) == 0 ? 0 : 1;
}

/// Cases that pass must fail when a single expectation is wrong.
int self_check(const std::string& folder, const std::string& text) {
    const auto cases = load(folder, text).cases;
    const auto differences = run_all_in_folder(cases);
    std::vector<std::string> names;
    std::vector<VectorCase> mutants;
    for (std::size_t i = 0; i < cases.size(); ++i) {
        if (differences[i] || cases[i].may_differ()) continue;
        for (auto& mutant : hf::conformance::make_mutants(cases[i])) {
            names.push_back(std::move(mutant.what));
            mutants.push_back(std::move(mutant.vector_case));
        }
    }
    const auto noticed = run_all_in_folder(mutants);
    std::size_t failed = 0;
    for (std::size_t i = 0; i < mutants.size(); ++i) {
        if (noticed[i]) continue;
        ++failed;
        std::cout << "FAILED " << mutants[i].id << ": a wrong " << names[i] << " goes unnoticed\n";
    }
    std::cout << mutants.size() - failed << " passed, " << failed << " failed\n";
    return failed == 0 ? 0 : 1;
}

std::vector<hf::conformance::CoverageRow> read_tables(const std::vector<std::string>& folders) {
    std::vector<hf::conformance::CoverageRow> out;
    for (const auto& folder : folders) {
        auto table = hf::conformance::read_coverage_table(folder);
        if (table.empty()) throw std::runtime_error("no table of vectors in the README of " + folder);
        std::ranges::move(table, std::back_inserter(out));
    }
    return out;
}

/// Every call has a vector that passes, and would be missed if it had none.
int check_coverage(const std::vector<std::string>& folders) {
    const auto table = read_tables(folders);
    std::vector<VectorCase> cases;
    for (const auto& folder : folders) std::ranges::move(load(folder, "").cases, std::back_inserter(cases));
    const auto differences = run_all_in_folder(cases);
    std::vector<bool> passed;
    for (const auto& difference : differences) passed.push_back(!difference);
    auto report = hf::conformance::find_uncovered(table, cases, passed);
    for (const auto& row : table) {
        std::vector<bool> without = passed;
        for (std::size_t i = 0; i < cases.size(); ++i) without[i] = passed[i] && cases[i].file != row.name;
        const auto missing = hf::conformance::find_uncovered(table, cases, without).missing;
        ++report.checks;
        const bool noticed = std::ranges::any_of(missing, [&](const auto& line) { return line.starts_with(row.name); });
        if (!noticed) report.missing.push_back(row.name + " would not be missed");
    }
    for (const auto& line : report.missing) std::cout << "FAILED " << line << '\n';
    std::cout << report.checks - report.missing.size() << " passed, " << report.missing.size() << " failed\n";
    return report.missing.empty() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<std::string> arguments(argv + 1, argv + argc);
    const std::string mode = !arguments.empty() && arguments[0].starts_with("--") ? arguments[0] : "";
    if (!mode.empty()) arguments.erase(arguments.begin());
    if (mode == "--errors") {
        std::cout << hf::conformance::reference_errors_markdown();
        return 0;
    }
    const bool tables = mode == "--coverage" || mode == "--endpoints";
    const bool known = mode.empty() || mode == "--self-check" || tables;
    if (!known || arguments.empty() || (!tables && arguments.size() > 2)) {
        std::cerr << usage;
        return mode == "--help" ? 0 : 2;
    }
    try {
        if (mode == "--coverage") return check_coverage(arguments);
        if (mode == "--endpoints") {
            std::cout << hf::conformance::endpoints_markdown(read_tables(arguments));
            return 0;
        }
        const auto play = mode.empty() ? run : self_check;
        return play(arguments[0], arguments.size() == 2 ? arguments[1] : "");
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 2;
    }
}
