#include "session/error_mapping.hpp"

#include "fuzz.hpp"

#include <hf/core/error.hpp>

#include <algorithm>

HFHUB_FUZZ_TARGET(input) {
    const auto [head, body] = two_texts(input);
    const auto bar = head.find('|');
    hf::net::Fields fields;
    fields.add("X-Error-Code", std::string(head.substr(0, bar)));
    if (bar != head.npos) fields.add("X-Error-Message", std::string(head.substr(bar + 1)));
    const hf::Url url = hf::Url::parse("https://huggingface.co/api/models/a/b?token=secret");
    const std::chrono::system_clock::time_point now{std::chrono::hours(400'000)};
    for (const unsigned status : {400u, 401u, 404u, 429u, 503u}) {
        try {
            hf::raise_for_status(hf::net::Method::get, url, status, fields, body, now);
            HFHUB_PROPERTY(false);
        } catch (const hf::HfHubHTTPError& error) {
            HFHUB_PROPERTY(error.status() == status && error.info().body == body);
            HFHUB_PROPERTY(std::ranges::none_of(error.message(), [](unsigned char c) { return c < 0x20; }));
        }
    }
}
