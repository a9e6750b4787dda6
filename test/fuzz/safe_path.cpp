#include "core/safe_path.hpp"
#include "fuzz.hpp"

#include <hf/core/error.hpp>

#include <algorithm>
#include <filesystem>

HFHUB_FUZZ_TARGET(input) {
    const auto name = input;
    if (hf::is_safe_path(name, hf::PathRules::windows)) HFHUB_PROPERTY(hf::is_safe_path(name, hf::PathRules::portable));
    if (hf::is_safe_path(name, hf::PathRules::portable)) {
        // Below the folder, as written and with Windows' separators.
        std::string slashes(name);
        std::ranges::replace(slashes, '\\', '/');
        for (const std::string& path : {std::string(name), slashes}) {
            const std::string whole = (std::filesystem::path("/root") / path).lexically_normal().string();
            HFHUB_PROPERTY(whole == "/root/" + path);
        }
    }
    try {
        const std::string path = hf::validate_path_in_repo(name);
        HFHUB_PROPERTY(!path.empty() && name.ends_with(path));
        HFHUB_PROPERTY(("/" + path + "/").find("/../") == path.npos);
    } catch (const hf::HFValidationError&) {
    }
}
