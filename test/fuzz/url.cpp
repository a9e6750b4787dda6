#include "fuzz.hpp"

#include <hf/core/error.hpp>
#include <hf/core/url.hpp>

#include <algorithm>

static void check(const hf::Url& url) {
    const std::string text = url.to_string();
    HFHUB_PROPERTY(std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; }));
    HFHUB_PROPERTY(url.target().starts_with('/'));
    const hf::Url again = hf::Url::parse(text);
    HFHUB_PROPERTY(again.origin() == url.origin() && again.target() == url.target());
    const std::string shown = url.redacted();
    HFHUB_PROPERTY(shown.starts_with(url.origin().to_string()));
}

HFHUB_FUZZ_TARGET(input) {
    const auto [text, reference] = two_texts(input);
    try {
        const hf::Url url = hf::Url::parse(text);
        check(url);
        check(url.resolve(reference));
    } catch (const hf::HFValidationError&) {
    }
    HFHUB_PROPERTY(hf::unquote(hf::quote(text, "")) == text);
}
