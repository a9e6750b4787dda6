#include "net/policy/retry.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace hf::net {

using std::chrono::milliseconds;
using std::chrono::system_clock;

Outcome Outcome::of_answer(unsigned status, const Fields& fields, system_clock::time_point now) {
    Outcome outcome;
    outcome.status = status;
    if (const auto value = fields.find("Retry-After")) outcome.retry_after = parse_retry_after(*value, now);
    return outcome;
}

Outcome Outcome::of_error(const Error& error) {
    Outcome outcome;
    outcome.kind = Kind::permanent;
    const auto code = error.code();
    const std::string& limit = error.info().argument;
    const bool total_spent = code == Errc::timeout && (limit == "total" || limit == "deadline");
    if ((code == Errc::connection || code == Errc::timeout) && !total_spent)
        outcome.kind = error.info().unsent ? Kind::unsent : Kind::broken;
    return outcome;
}

RetryBudget::RetryBudget(double ratio, double min_per_second, Clock::time_point start)
    : ratio_(ratio), min_per_second_(min_per_second), reserve_(min_per_second), refilled_(start) {}

void RetryBudget::on_request() {
    // Credit for at most this many retries is saved up, so that a long healthy time does not pay for a storm.
    constexpr double most = 100;
    const std::scoped_lock lock(mutex_);
    earned_ = std::min(most, earned_ + ratio_);
}

bool RetryBudget::try_take(Clock::time_point now) {
    const std::scoped_lock lock(mutex_);
    if (now > refilled_) {
        const double elapsed = std::chrono::duration<double>(now - refilled_).count();
        reserve_ = std::min(min_per_second_, reserve_ + elapsed * min_per_second_);
        refilled_ = now;
    }
    double& purse = earned_ >= 1 ? earned_ : reserve_;
    if (purse < 1) return false;
    purse -= 1;
    return true;
}

bool RetryState::may_repeat(const Outcome& outcome) const {
    switch (outcome.kind) {
        case Outcome::Kind::unsent: return policy_.connect_errors;
        case Outcome::Kind::broken: return policy_.connect_errors && idempotent_;
        case Outcome::Kind::permanent: return false;
        case Outcome::Kind::answered: break;
    }
    if (!policy_.statuses.contains(outcome.status)) return false;
    const bool not_processed = (outcome.status == 429 || outcome.status == 503) && outcome.retry_after;
    return idempotent_ || not_processed;
}

std::optional<milliseconds> RetryState::next(const Outcome& outcome, Clock::time_point now, double random01) {
    ++attempts_;
    if (attempts_ >= policy_.max_attempts || !may_repeat(outcome)) return std::nullopt;
    const double exponential = static_cast<double>(policy_.base_delay.count()) * std::exp2(attempts_ - 1);
    const double ceiling = std::min(exponential, static_cast<double>(policy_.max_delay.count()));
    milliseconds delay(static_cast<std::int64_t>(ceiling * random01));
    if (outcome.retry_after) {
        const auto limit = policy_.max_retry_after;
        if (limit.count() > 0 && *outcome.retry_after > limit) return std::nullopt;
        // All who were refused together were given the same time to come back.
        const auto spread = std::min(policy_.base_delay, policy_.max_delay);
        delay = *outcome.retry_after +
                milliseconds(static_cast<std::int64_t>(static_cast<double>(spread.count()) * random01));
    }
    if (policy_.total.count() > 0 && now + delay > start_ + policy_.total) return std::nullopt;
    return delay;
}

}  // namespace hf::net
