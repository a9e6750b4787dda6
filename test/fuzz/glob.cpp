#include "core/glob.hpp"
#include "fuzz.hpp"

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

HFHUB_FUZZ_TARGET(input) {
    const auto [pattern, path] = two_texts(input);
    const hf::Glob glob(pattern);
    if (glob.matches(path)) {
        HFHUB_PROPERTY(hf::Glob("*" + std::string(pattern)).matches(path));
        HFHUB_PROPERTY(hf::Glob(std::string(pattern) + "*").matches(path));
    }
    HFHUB_PROPERTY(hf::Glob(escaped(path)).matches(path));
    HFHUB_PROPERTY(!hf::Glob(escaped(path)).matches(std::string(path) + "x"));
}
