#include "reference_errors.hpp"
#include "run_case.hpp"
#include "vector_file.hpp"

#include <atomic>
#include <iostream>
#include <thread>
#include <vector>

#include <unistd.h>

namespace {

using hf::conformance::Difference;
using hf::conformance::VectorCase;

constexpr const char* usage =
    "usage: hfhub_conformance DIR [TEXT]\n"
    "       hfhub_conformance --error-table\n"
    "Plays the wire vectors of a folder through the real client. With TEXT only those whose id contains it.\n";

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

/// One line for each case that differs. Gives the number of those that may not.
std::size_t report(const std::vector<VectorCase>& cases, const std::vector<Difference>& differences) {
    std::size_t failed = 0;
    for (std::size_t i = 0; i < cases.size(); ++i) {
        if (!differences[i]) continue;
        failed += !cases[i].may_differ();
        std::cout << (cases[i].may_differ() ? "differs (allowed) " : "FAILED ") << cases[i].id << ": "
                  << *differences[i] << '\n';
    }
    std::cout << cases.size() - failed << " passed, " << failed << " failed\n";
    return failed;
}

std::filesystem::path make_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "hfhub-conformance-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::runtime_error("cannot make a temporary folder");
    return std::filesystem::canonical(name);
}

int run(const std::string& folder, const std::string& text) {
    std::vector<VectorCase> cases = hf::conformance::load_vectors(folder);
    std::erase_if(cases, [&](const VectorCase& c) { return c.id.find(text) == c.id.npos; });
    if (cases.empty()) throw std::runtime_error("no vectors in " + folder);
    const std::filesystem::path root = make_folder();
    const auto differences = run_all(cases, root);
    std::filesystem::remove_all(root);
    return report(cases, differences) == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (arguments.empty() || arguments.size() > 2 || arguments[0] == "--help") {
        std::cerr << usage;
        return arguments.size() == 1 ? 0 : 2;
    }
    if (arguments[0] == "--error-table") {
        std::cout << hf::conformance::reference_errors_markdown();
        return 0;
    }
    try {
        return run(arguments[0], arguments.size() == 2 ? arguments[1] : "");
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 2;
    }
}
