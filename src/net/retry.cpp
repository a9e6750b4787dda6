#include <hf/net/retry.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace hf::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::system_clock;

/// Reads the pieces of a date from the front of a text; every function fails by setting `ok` to false.
class DateReader {
public:
    explicit DateReader(std::string_view text) : rest_(text) {}

    bool ok = true;

    void literal(std::string_view expected) {
        if (rest_.substr(0, expected.size()) != expected) return fail();
        rest_.remove_prefix(expected.size());
    }

    int number(std::size_t digits, bool space_padded = false) {
        auto text = rest_.substr(0, digits);
        if (text.size() < digits) return fail(), 0;
        rest_.remove_prefix(digits);
        if (space_padded && text.front() == ' ') text.remove_prefix(1);
        int value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error != std::errc() || end != text.data() + text.size() || value < 0) fail();
        return value;
    }

    unsigned month() {
        constexpr std::array<std::string_view, 12> names = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
        const auto found = std::ranges::find(names, rest_.substr(0, 3));
        if (found == names.end()) return fail(), 1;
        rest_.remove_prefix(3);
        return static_cast<unsigned>(found - names.begin()) + 1;
    }

    std::chrono::seconds time() {
        const int hour = number(2);
        literal(":");
        const int minute = number(2);
        literal(":");
        const int second = number(2);
        if (hour > 23 || minute > 59 || second > 60) fail();
        return std::chrono::hours(hour) + std::chrono::minutes(minute) + std::chrono::seconds(second);
    }

    void end() {
        if (!rest_.empty()) fail();
    }

private:
    void fail() { ok = false; }

    std::string_view rest_;
};

std::optional<system_clock::time_point> parse_http_date(std::string_view text, system_clock::time_point now) {
    const auto comma = text.find(',');
    int year = 0, day = 0;
    unsigned month = 1;
    std::chrono::seconds time{0};
    const auto after_weekday =
        comma == text.npos ? text.substr(std::min<std::size_t>(3, text.size())) : text.substr(comma + 1);
    DateReader read(after_weekday);
    read.literal(" ");
    if (comma == text.npos) {  // asctime: "Sun Nov  6 08:49:37 1994"
        month = read.month();
        read.literal(" ");
        day = read.number(2, true);
        read.literal(" ");
        time = read.time();
        read.literal(" ");
        year = read.number(4);
    } else {
        const bool rfc850 = after_weekday.find('-') != after_weekday.npos;  // "Sunday, 06-Nov-94 08:49:37 GMT"
        const std::string_view separator = rfc850 ? "-" : " ";
        day = read.number(2);
        read.literal(separator);
        month = read.month();
        read.literal(separator);
        year = read.number(rfc850 ? 2 : 4);
        read.literal(" ");
        time = read.time();
        read.literal(" GMT");
        if (rfc850) {
            // RFC 9110 section 5.6.7: a date that seems to lie over 50 years ahead means the past century.
            const auto today = std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(now));
            const int this_year = static_cast<int>(today.year());
            year += this_year / 100 * 100;
            if (year > this_year + 50) year -= 100;
        }
    }
    read.end();
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (!read.ok || !date.ok()) return std::nullopt;
    return std::chrono::sys_days(date) + time;
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

std::optional<milliseconds> parse_retry_after(std::string_view value, system_clock::time_point now) {
    value = trimmed(value);
    if (value.empty()) return std::nullopt;
    if (value.find_first_not_of("0123456789") == value.npos) {
        std::uint64_t seconds = 0;
        const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
        constexpr std::uint64_t year = 365ull * 24 * 3600;  // beyond that a number only overflows durations
        return std::chrono::seconds(error == std::errc() ? std::min(seconds, year) : year);
    }
    const auto date = parse_http_date(value, now);
    if (!date) return std::nullopt;
    return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(*date - now));
}

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
    const bool total_spent = code == Errc::timeout && error.info().argument == "total";
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
