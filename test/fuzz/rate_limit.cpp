#include "fuzz.hpp"
#include "net/policy/rate_limit.hpp"

HFHUB_FUZZ_TARGET(input) {
    const auto [limit, policy] = two_texts(input);
    hf::net::Fields fields;
    fields.add("RateLimit", std::string(limit));
    if (!policy.empty()) fields.add("RateLimit-Policy", std::string(policy));
    const auto parsed = hf::net::RateLimit::parse(fields);
    hf::net::QuotaGovernor governor;
    const hf::net::QuotaGovernor::Clock::time_point start{std::chrono::hours(1)};
    governor.on_response(200, fields, start);
    governor.on_response(429, fields, start);
    // Whatever a server says, nobody waits for much longer than a day.
    const auto wait = governor.admit(start, 0.5);
    HFHUB_PROPERTY(!wait || (wait->duration.count() >= 0 && wait->duration <= std::chrono::hours(25)));
    if (!parsed) return;
    if (parsed->bucket.find_first_of("\"\\") != std::string::npos) return;
    if (!parsed->remaining || !parsed->reset || parsed->reset->count() < 0) return;
    hf::net::Fields again;
    again.add("RateLimit", "\"" + parsed->bucket + "\";r=" + std::to_string(*parsed->remaining) +
                               ";t=" + std::to_string(parsed->reset->count()));
    const auto second = hf::net::RateLimit::parse(again);
    HFHUB_PROPERTY(second && second->remaining == parsed->remaining && second->reset == parsed->reset);
}
