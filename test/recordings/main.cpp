#include "recording.hpp"

#include <iostream>

// Parses the recorded answers of a folder into their types; see test/recordings.sh.

namespace {

using hf::recordings::Problem;
using hf::recordings::Recording;

Problem check(const std::filesystem::path& file) {
    try {
        const Recording recording = hf::recordings::load_recording(file);
        for (const auto part :
             {hf::recordings::check_body, hf::recordings::check_answer, hf::recordings::check_headers}) {
            if (auto problem = part(recording)) return problem;
        }
        return {};
    } catch (const std::exception& error) {
        return std::string(error.what());
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::cerr << "usage: hfhub_recordings DIR\n";
        return 2;
    }
    try {
        const auto files = hf::recordings::recording_files(argv[1]);
        std::size_t failed = files.empty() ? 1 : 0;
        if (files.empty()) std::cout << "FAILED no recordings in " << argv[1] << '\n';
        for (const auto& file : files) {
            const Problem problem = check(file);
            if (!problem) continue;
            ++failed;
            std::cout << "FAILED " << file.filename().string() << ": " << *problem << '\n';
        }
        std::cout << files.size() - std::min(failed, files.size()) << " passed, " << failed << " failed\n";
        return failed == 0 ? 0 : 1;
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 2;
    }
}
