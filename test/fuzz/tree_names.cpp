#include "fuzz.hpp"

#include "core/safe_path.hpp"
#include "core/tree_names.hpp"

HFHUB_FUZZ_TARGET(input) {
    const auto names = hf::parse_tree_names(input);
    if (!names) return;
    for (const std::string& name : *names) HFHUB_PROPERTY(hf::is_safe_path(name));
}
