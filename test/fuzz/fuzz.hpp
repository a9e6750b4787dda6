#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>
#include <utility>

/// Ends the run, and so reports the input, if a property does not hold. Unlike assert it is never left out.
#define HFHUB_PROPERTY(condition)                                                          \
    do {                                                                                   \
        if (!(condition)) {                                                                \
            std::fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition); \
            std::abort();                                                                  \
        }                                                                                  \
    } while (false)

inline std::string_view as_text(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

/// The input's first line and the rest.
inline std::pair<std::string_view, std::string_view> two_texts(std::string_view input) {
    const auto end = input.find('\n');
    if (end == input.npos) return {input, {}};
    return {input.substr(0, end), input.substr(end + 1)};
}

/// Whether a path has a "." or ".." between slashes of either kind; such paths are no part of a URL.
inline bool has_dot_segment(std::string_view path) {
    std::string text = "/" + std::string(path) + "/";
    std::replace(text.begin(), text.end(), '\\', '/');
    return text.find("/./") != text.npos || text.find("/../") != text.npos;
}

namespace hf::fuzz {

inline double cpu_seconds() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

/// Runs a target, and now and then on its input repeated to 64 KiB, where work that grows with the square of the
/// length shows: 4 µs a byte are more than any target needs under the sanitizers, and the square is 250 times that.
template <class Target>
int run(Target target, const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t long_size = 64 * 1024;
    constexpr unsigned every = 2048;
    constexpr double seconds_per_byte = 4e-6;
    target(as_text(data, size));
    static unsigned runs = 0;
    if (size == 0 || ++runs % every != 1) return 0;
    std::string repeated;
    while (repeated.size() < long_size) repeated.append(as_text(data, size));
    const double start = cpu_seconds();
    target(repeated);
    HFHUB_PROPERTY(cpu_seconds() - start < seconds_per_byte * static_cast<double>(repeated.size()));
    return 0;
}

}  // namespace hf::fuzz

/// Defines the entry point of libFuzzer; what follows is the body of a function of `std::string_view input`.
#define HFHUB_FUZZ_TARGET(input)                                                        \
    static void fuzz_target(std::string_view input);                                    \
    extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { \
        return hf::fuzz::run(fuzz_target, data, size);                                  \
    }                                                                                   \
    static void fuzz_target(std::string_view input)
