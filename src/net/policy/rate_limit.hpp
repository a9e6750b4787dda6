#pragma once

#include <hf/net/quota_stats.hpp>
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

/// Why a request does not go yet.
class QuotaWait {
public:
    using Time = std::chrono::steady_clock::time_point;
    QuotaWait(std::chrono::milliseconds duration_, bool refused_, Time moved_)
        : duration(duration_), refused(refused_), moved(moved_) {}

    std::chrono::milliseconds duration;  ///< then ask again
    bool refused;                        ///< the quota is used up; else a turn in the own queue
    Time moved;                          ///< when a request of this quota last got through
};

/// How long one request, over all its attempts, stands before a quota that is used up. The time begins with its
/// first refusal, and anew whenever another one got through: then it stands in the own queue.
class QuotaPatience {
public:
    explicit QuotaPatience(std::chrono::milliseconds limit) : limit_(limit) {}

    /// Whether `wait` is to be waited out. After the first no there is no other answer.
    bool bears(const QuotaWait& wait, QuotaWait::Time now);
    std::optional<QuotaWait::Time> since() const noexcept { return since_; }

private:
    std::chrono::milliseconds limit_;
    std::optional<QuotaWait::Time> since_;
    bool ended_ = false;
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

    /// nullopt: go, and report the end with `on_response` or `on_abandoned`. Else wait and ask again. `random01`
    /// lies in [0, 1).
    std::optional<QuotaWait> admit(Clock::time_point now, double random01, Priority priority = Priority::bulk);
    /// For those who will not wait that long. true: go and see whether the quota really is used up, which one request
    /// may do when the server has not said so for a window (of at most five minutes). false: believe it.
    bool admit_anyway(Clock::time_point now);
    void on_response(unsigned status, const Fields& fields, Clock::time_point now);
    void on_abandoned();  ///< an admitted request ended without an answer

    QuotaStats stats() const;

private:
    void learn(const RateLimit& seen, Clock::time_point now);
    std::int64_t available() const;
    std::int64_t reserve() const;
    QuotaWait refuse(Clock::time_point now, double random01);

    mutable std::mutex mutex_;
    std::uint64_t quota_ = 0, used_ = 0, in_flight_ = 0;
    std::chrono::milliseconds window_{300'000};
    Clock::time_point reset_{};       // estimated end of the window
    Clock::time_point next_slot_{};   // earliest start of the next paced request
    Clock::time_point last_slot_{};   // end of the slots given to those who wait
    Clock::time_point next_probe_{};  // earliest next look at a window that should be new
    Clock::time_point heard_{};       // when the server last said that nothing is left
    Clock::time_point moved_{};       // when it last answered otherwise than with 429
    bool probing_ = false;
    bool answered_ = false;  // at least once
    QuotaStats stats_;
};

}  // namespace hf::net
