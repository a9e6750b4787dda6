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

namespace {

constexpr char32_t not_utf8 = 0x110000;

struct CodePoint {
    char32_t value;
    std::size_t bytes;
};

CodePoint first_of(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) return {lead, 1};
    const std::size_t bytes = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (lead < 0xc2 || lead > 0xf4 || bytes > text.size()) return {not_utf8, 1};
    char32_t value = lead & (0x7fu >> bytes);
    for (std::size_t i = 1; i < bytes; ++i) {
        if ((byte(i) & 0xc0) != 0x80) return {not_utf8, 1};
        value = value << 6 | (byte(i) & 0x3f);
    }
    constexpr char32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (value < smallest[bytes] || value >= not_utf8 || (value >= 0xd800 && value < 0xe000)) return {not_utf8, 1};
    return {value, bytes};
}

bool steers(char32_t c) {
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x61c || c == 0x200e || c == 0x200f ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

// Copies `text`, with `replacement` for each code point that `steers`, and `broken` for bytes that are not UTF-8.
template <class Replacement, class Broken>
std::string replaced(std::string_view text, Replacement replacement, Broken broken) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const auto [c, bytes] = first_of(text);
        if (c == not_utf8)
            out += broken(text[0]);
        else if (steers(c))
            out += replacement(c);
        else
            out.append(text.substr(0, bytes));
        text.remove_prefix(bytes);
    }
    return out;
}

}  // namespace

std::string printable(std::string_view text) {
    return replaced(text, [](char32_t) { return '?'; }, [](char) { return '?'; });
}

std::string json_text(const hf::json::value& value) {
    // What is not ASCII stands in strings only, where it may be escaped.
    return replaced(
        hf::json::serialize(value), [](char32_t c) { return fmt::format("\\u{:04x}", static_cast<unsigned>(c)); },
        [](char c) { return c; });
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

void print_json(const hf::json::value& value) { print_line(json_text(value)); }

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
