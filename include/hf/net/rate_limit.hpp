#pragma once

#include <hf/net/transport.hpp>

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

namespace hf::net {

/// What RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers-09) say of one quota.
class RateLimit {
public:
    RateLimit() {}

    std::string bucket;                          ///< "api", "resolvers", "pages"; may be empty
    std::optional<std::uint64_t> remaining;      ///< r
    std::optional<std::chrono::seconds> reset;   ///< t: until the window ends
    std::optional<std::uint64_t> quota;          ///< q
    std::optional<std::chrono::seconds> window;  ///< w

    /// nullopt without a readable RateLimit field. Accepts the Hub's forms
    /// `"api";r=0;t=55` and `"fixed window";"api";q=500;w=300`; of several quotas the scarcest counts.
    static std::optional<RateLimit> parse(const Fields& fields);
};

/// Counters of a governor.
struct QuotaStats {
    std::uint64_t admitted = 0;
    std::uint64_t delayed = 0;    ///< calls of `admit` that answered with a wait
    std::uint64_t refused = 0;    ///< 429 answers that blamed the quota
    std::uint64_t remaining = 0;  ///< of the current window, as far as known
    std::uint64_t quota = 0;      ///< zero: unknown
};

/// Keeps the requests of one identity within one quota bucket, before the server has to refuse them.
/// Before the first answer it lets only as many go as connections are usual. While no quota is named, or
/// more than half of it is left, it never delays. Then it spreads what is left over the rest of the window, keeps a few requests for interactive calls, and after the window
/// ends sends one request ahead to see the new quota before it lets the others go.
/// Pure: time and randomness are passed in. Safe to use from several threads.
class QuotaGovernor {
public:
    using Clock = std::chrono::steady_clock;
    enum class Priority { bulk, interactive };

    /// nullopt: go, and report the end with `on_response` or `on_abandoned`. Else wait that long and ask
    /// again. `random01` lies in [0, 1).
    std::optional<std::chrono::milliseconds> admit(Clock::time_point now, double random01,
                                                   Priority priority = Priority::bulk);
    void on_response(unsigned status, const Fields& fields, Clock::time_point now);
    void on_abandoned();  ///< an admitted request ended without an answer

    QuotaStats stats() const;

private:
    void learn(const RateLimit& seen, Clock::time_point now);
    std::int64_t available() const;
    std::int64_t reserve() const;
    std::chrono::milliseconds refuse(Clock::time_point now, double random01);

    mutable std::mutex mutex_;
    std::uint64_t quota_ = 0, used_ = 0, in_flight_ = 0;
    std::chrono::milliseconds window_{300'000};
    Clock::time_point reset_{};       // estimated end of the window
    Clock::time_point next_slot_{};   // earliest start of the next paced request
    Clock::time_point last_slot_{};   // end of the slots given to those who wait
    Clock::time_point next_probe_{};  // earliest next look at a window that should be new
    bool probing_ = false;
    bool answered_ = false;  // at least once
    QuotaStats stats_;
};

}  // namespace hf::net
