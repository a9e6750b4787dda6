#include "fuzz.hpp"

#include <hf/core/error.hpp>
#include <hf/core/repo.hpp>
#include <hf/core/url.hpp>
#include <hf/session/request.hpp>

#include <algorithm>
#include <array>

static bool is_path(std::string_view text) {
    return std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("_.-~%/").find(c) != std::string_view::npos;
    });
}

static bool is_refused(std::string_view path) try {
    hf::detail::path_part(path);
    return false;
} catch (const hf::HFValidationError&) {
    return true;
}

HFHUB_FUZZ_TARGET(input) {
    const auto [revision, file] = two_texts(input);
    for (const std::string_view path : {revision, file}) HFHUB_PROPERTY(is_refused(path) == has_dot_segment(path));
    if (is_refused(revision) || is_refused(file)) return;
    const std::array<std::string, 2> parts{hf::detail::path_part(hf::segment(revision)), hf::detail::path_part(file)};
    HFHUB_PROPERTY(parts[0].find('/') == std::string::npos);
    HFHUB_PROPERTY(is_path(parts[0]) && is_path(parts[1]));
    HFHUB_PROPERTY(hf::unquote(parts[0]) == revision && hf::unquote(parts[1]) == file);
    const std::string path = hf::detail::fill("/api/{}/{}", parts);
    HFHUB_PROPERTY(path == "/api/" + parts[0] + "/" + parts[1]);
    std::string form = hf::quote_plus(input);
    std::ranges::replace(form, '+', ' ');
    HFHUB_PROPERTY(hf::unquote(form) == input);
    if (revision.empty()) return;
    const std::string url = hf::hf_hub_url("https://h.test", "dataset", "a/b", revision, file);
    HFHUB_PROPERTY(url == "https://h.test/datasets/a/b/resolve/" + parts[0] + "/" + parts[1]);
}
