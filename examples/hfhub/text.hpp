#pragma once

#include <hf/core/json.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace tool {

std::string human_bytes(double bytes);      ///< "1.2 GB"
std::string grouped(std::uint64_t number);  ///< "12,345"
std::string human_time(double seconds);     ///< "4.2 s", "3 min 20 s"

/// `text` with '?' for what can steer a terminal or reorder what it shows: control characters (C0, C1, DEL), line
/// separators, marks of direction, and bytes that are not UTF-8.
std::string printable(std::string_view text);

/// JSON on one line, in which the same characters are escaped: nothing is lost.
std::string json_text(const hf::json::value& value);

/// One line on standard output. Throws hf::FileSystemError if it cannot be written.
void print_line(std::string_view line);
void print_json(const hf::json::value& value);
void flush_output();

/// Largest resident memory of this process so far.
std::uint64_t peak_memory();

class Stopwatch {
public:
    double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace tool
