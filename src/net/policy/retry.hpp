#pragma once

#include <hf/core/datetime.hpp>
#include <hf/core/error.hpp>
#include <hf/net/transport.hpp>

#include <bitset>
#include <chrono>
#include <initializer_list>
#include <mutex>
#include <optional>
#include <string_view>

namespace hf::net {

using Clock = std::chrono::steady_clock;

/// A set of HTTP statuses, trivially copyable.
class StatusSet {
public:
    StatusSet(std::initializer_list<unsigned> statuses) {
        for (const unsigned status : statuses) insert(status);
    }
    void insert(unsigned status) {
        if (status < bits_.size()) bits_.set(status);
    }
    void erase(unsigned status) {
        if (status < bits_.size()) bits_.reset(status);
    }
    bool contains(unsigned status) const { return status < bits_.size() && bits_.test(status); }

private:
    std::bitset<600> bits_;
};

/// When a request is repeated. Zero durations switch a limit off.
struct RetryPolicy {
    int max_attempts = 5;  ///< the first one included
    std::chrono::milliseconds base_delay{500};
    std::chrono::milliseconds max_delay{20'000};  ///< of the backoff; a Retry-After may be longer
    /// Longest Retry-After that is waited out. The Hub's quota windows last 5 minutes.
    std::chrono::milliseconds max_retry_after{330'000};
    std::chrono::milliseconds total{0};  ///< no attempt starts later than this after the first
    bool connect_errors = true;          ///< repeat what failed below HTTP
    /// Those of the reference client's newest release.
    StatusSet statuses{408, 429, 500, 502, 503, 504};
};

/// What became of one attempt, as far as repeating it is concerned.
struct Outcome {
    enum class Kind {
        answered,   ///< an answer with `status`
        unsent,     ///< failed before a byte of the request was sent
        broken,     ///< the connection broke or timed out with the request under way
        permanent,  ///< repeating cannot help: certificate, malformed HTTP, bad argument, cancellation
    };
    Kind kind = Kind::answered;
    unsigned status = 0;
    std::optional<std::chrono::milliseconds> retry_after;

    static Outcome of_answer(unsigned status, const Fields& fields, std::chrono::system_clock::time_point now);
    static Outcome of_error(const Error& error);
};

using hf::parse_retry_after;

/// Limits retries of all requests of a session together, so that an outage is not answered with a
/// storm: retries are at most `ratio` of the requests, or `min_per_second` if that is more.
/// Safe to use from several threads.
class RetryBudget {
public:
    explicit RetryBudget(double ratio = 0.2, double min_per_second = 10, Clock::time_point start = Clock::now());

    void on_request();                     ///< a first attempt starts
    bool try_take(Clock::time_point now);  ///< a retry wants to start; false: it must not

private:
    std::mutex mutex_;
    double ratio_, min_per_second_;
    double earned_ = 0, reserve_;
    Clock::time_point refilled_;
};

/// Decides for one request, attempt after attempt. Pure: time and randomness are passed in.
///
///     RetryState retry(policy, is_idempotent(request.method), Clock::now());
///     for (;;) { outcome = attempt(); auto delay = retry.next(outcome, Clock::now(), random01()); ... }
class RetryState {
public:
    RetryState(RetryPolicy policy, bool idempotent, Clock::time_point start)
        : policy_(policy), idempotent_(idempotent), start_(start) {}

    /// How long to wait before the next attempt, or nullopt: the outcome is final. `random01` lies in
    /// [0, 1). Exponential backoff with full jitter; a Retry-After is obeyed and only lengthened by
    /// jitter. What is not idempotent is repeated only when nothing of it was sent, or when the server
    /// says with 429 or 503 and a Retry-After that it did not process it.
    std::optional<std::chrono::milliseconds> next(const Outcome& outcome, Clock::time_point now, double random01);

    int attempts() const noexcept { return attempts_; }  ///< that `next` has judged

private:
    bool may_repeat(const Outcome&) const;

    RetryPolicy policy_;
    bool idempotent_;
    Clock::time_point start_;
    int attempts_ = 0;
};

}  // namespace hf::net
