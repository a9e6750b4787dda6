#include "fuzz.hpp"

#include "crawl_output.hpp"

#include <hf/core/url.hpp>

HFHUB_FUZZ_TARGET(input) {
    const auto state = tool::CrawlState::parse(input, "/api/models");
    if (!state) return;
    if (!state->cursor.empty()) {
        const auto page = hf::Url::parse(std::string_view(state->cursor).substr(0, state->cursor.find(' ')));
        HFHUB_PROPERTY(page.path().ends_with("/api/models"));
        HFHUB_PROPERTY(page.path().find("..") == std::string_view::npos);
    }
    const auto again = tool::CrawlState::parse(state->to_text(), "/api/models");
    HFHUB_PROPERTY(again && again->cursor == state->cursor && again->bytes == state->bytes);
}
