#include "fuzz.hpp"

#include <hf/core/glob.hpp>

// A pattern that means the path itself.
static std::string escaped(std::string_view path) {
    std::string out;
    for (const char c : path) {
        if (c == '*' || c == '?' || c == '[')
            out.append("[").append(1, c).append("]");
        else
            out += c;
    }
    return out;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto [pattern, path] = two_texts(as_text(data, size));
    const hf::Glob glob(pattern);
    if (glob.matches(path)) {
        HFHUB_PROPERTY(hf::Glob("*" + std::string(pattern)).matches(path));
        HFHUB_PROPERTY(hf::Glob(std::string(pattern) + "*").matches(path));
    }
    HFHUB_PROPERTY(hf::Glob(escaped(path)).matches(path));
    HFHUB_PROPERTY(!hf::Glob(escaped(path)).matches(std::string(path) + "x"));
    return 0;
}
