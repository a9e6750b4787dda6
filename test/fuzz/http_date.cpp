#include "fuzz.hpp"

#include <hf/core/datetime.hpp>

HFHUB_FUZZ_TARGET(input) {
    using namespace std::chrono;
    constexpr sys_seconds now = sys_days(2026y / June / 1);
    const auto text = input;
    if (const auto date = hf::parse_http_date(text, now))
        HFHUB_PROPERTY(hf::parse_http_date(hf::to_http_date(*date), now) == date);
    if (const auto wait = hf::parse_retry_after(text, now))
        HFHUB_PROPERTY(*wait >= milliseconds(0) && *wait <= hours(24 * 365));
    if (const auto time = hf::try_parse_datetime(text))
        HFHUB_PROPERTY(hf::parse_datetime(hf::to_iso(*time)) == floor<milliseconds>(*time));
}
