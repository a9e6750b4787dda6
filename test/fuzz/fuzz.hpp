#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
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
