#include "text.hpp"

#include <hf/core/error.hpp>

#include <fmt/core.h>

#include <cerrno>
#include <cstdio>
#include <fstream>

namespace tool {

std::string human_bytes(double bytes) {
    constexpr const char* units[] = {"B", "kB", "MB", "GB", "TB", "PB"};
    int unit = 0;
    while (bytes >= 999.5 && unit < 5) {
        bytes /= 1000;
        ++unit;
    }
    if (unit == 0 || bytes >= 99.95) return fmt::format("{:.0f} {}", bytes, units[unit]);
    return fmt::format("{:.1f} {}", bytes, units[unit]);
}

std::string grouped(std::uint64_t number) {
    std::string out = std::to_string(number);
    for (int i = static_cast<int>(out.size()) - 3; i > 0; i -= 3) out.insert(static_cast<std::size_t>(i), ",");
    return out;
}

std::string human_time(double seconds) {
    if (seconds < 60) return fmt::format("{:.1f} s", seconds);
    const auto whole = static_cast<std::uint64_t>(seconds + 0.5);
    if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
    return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

std::string printable(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
    return out;
}

namespace {
[[noreturn]] void throw_output() {
    hf::throw_file_system("cannot write to", "standard output",
                          boost::system::error_code(errno, boost::system::system_category()));
}
}  // namespace

void print_line(std::string_view line) {
    if (std::fwrite(line.data(), 1, line.size(), stdout) != line.size() || std::fputc('\n', stdout) == EOF)
        throw_output();
}

void print_json(const hf::json::value& value) { print_line(hf::json::serialize(value)); }

void flush_output() {
    if (std::fflush(stdout) != 0) throw_output();
}

std::uint64_t peak_memory() {
    std::ifstream status("/proc/self/status");
    std::string word;
    while (status >> word) {
        std::uint64_t kib = 0;
        if (word == "VmHWM:" && status >> kib) return kib * 1024;
    }
    return 0;
}

}  // namespace tool
