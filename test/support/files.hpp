#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>

namespace hf::test {

/// What the file at `path` holds, links followed; empty if there is none.
inline std::string read_file(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream out;
    if (in.peek() != std::ifstream::traits_type::eof()) out << in.rdbuf();
    return std::move(out).str();
}

}  // namespace hf::test
