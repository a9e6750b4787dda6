#include "core/cache_names.hpp"
#include "core/safe_path.hpp"
#include "fuzz.hpp"

#include <hf/core/error.hpp>
#include <hf/core/repo.hpp>
#include <hf/core/url.hpp>

#include <algorithm>

static bool is_valid(std::string_view repo_id) try {
    hf::validate_repo_id(repo_id);
    return true;
} catch (const hf::HFValidationError&) {
    return false;
}

HFHUB_FUZZ_TARGET(input) {
    const auto [repo_id, file] = two_texts(input);
    if (is_valid(repo_id)) {
        HFHUB_PROPERTY(std::ranges::count(repo_id, '/') <= 1);
        HFHUB_PROPERTY(hf::is_safe_path(repo_id));
        const auto root = hf::RepoCachePaths("/cache", "dataset", repo_id).root();
        HFHUB_PROPERTY(root.parent_path() == "/cache");
        if (!has_dot_segment(file)) {
            const auto url = hf::Url::parse(hf::hf_hub_url("https://h.test", "", repo_id, file, file));
            HFHUB_PROPERTY(url.origin().host == "h.test" && url.query().empty());
        }
    }
    try {
        const hf::RepoUrl url(repo_id);
        HFHUB_PROPERTY(url.repo_id.ends_with(url.repo_name));
    } catch (const hf::HFValidationError&) {
    }
}
