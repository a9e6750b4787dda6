#include <hf/core/datetime.hpp>
#include <hf/core/error.hpp>

#include "core/text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace hf {
namespace {

using namespace std::chrono;

constexpr std::array<std::string_view, 7> weekdays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 7> long_weekdays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                           "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// Reads a text of fixed-width parts from front to back; after the first mismatch it only says no.
class Scanner {
public:
    explicit Scanner(std::string_view text) : rest_(text) {}

    int digits(std::size_t count) {
        if (rest_.size() < count) return fail();
        int value = 0;
        for (std::size_t i = 0; i < count; ++i) {
            if (rest_[i] < '0' || rest_[i] > '9') return fail();
            value = value * 10 + (rest_[i] - '0');
        }
        rest_.remove_prefix(count);
        return value;
    }

    void literal(std::string_view expected) {
        if (rest_.starts_with(expected))
            rest_.remove_prefix(expected.size());
        else
            fail();
    }

    template <std::size_t N>
    int one_of(const std::array<std::string_view, N>& names) {
        for (std::size_t i = 0; i < N; ++i) {
            if (!rest_.starts_with(names[i])) continue;
            rest_.remove_prefix(names[i].size());
            return static_cast<int>(i);
        }
        return fail();
    }

    void either(char a, char b) {
        if (!rest_.empty() && (rest_.front() == a || rest_.front() == b))
            rest_.remove_prefix(1);
        else
            fail();
    }

    char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
    bool done() const { return ok_ && rest_.empty(); }
    std::string_view rest() const { return rest_; }

private:
    int fail() noexcept {
        ok_ = false;
        rest_ = {};
        return 0;
    }

    std::string_view rest_;
    bool ok_ = true;
};

std::optional<sys_seconds> moment(int y, int m, int d, int h, int min, int s) {
    const year_month_day date{year(y), month(static_cast<unsigned>(m)), day(static_cast<unsigned>(d))};
    if (!date.ok() || y < 1 || h > 23 || min > 59 || s > 59) return std::nullopt;
    return sys_days(date) + hours(h) + minutes(min) + seconds(s);
}

struct Clock {
    int h, m, s;
};

// A leap second counts as the second before it.
Clock clock_of(Scanner& in) {
    const int h = in.digits(2);
    in.literal(":");
    const int m = in.digits(2);
    in.literal(":");
    const int s = in.digits(2);
    return {h, m, s == 60 ? 59 : s};
}

// ".123", or nothing: up to nine digits, cut to microseconds.
microseconds fraction_of(Scanner& in) {
    if (in.peek() != '.') return microseconds(0);
    in.literal(".");
    int micros = in.digits(1);
    int digits = 1;
    for (; in.peek() >= '0' && in.peek() <= '9' && digits < 9; ++digits) {
        const int digit = in.digits(1);
        if (digits < 6) micros = micros * 10 + digit;
    }
    for (; digits < 6; ++digits) micros *= 10;
    return microseconds(micros);
}

// "Z", "+08:00" or "+0800": how far the clock is ahead of UTC. "+24:00" is no offset: it fails as trailing text does.
minutes offset_of(Scanner& in) {
    const char sign = in.peek();
    if (sign != '+' && sign != '-') {
        in.either('Z', 'z');
        return minutes(0);
    }
    in.literal(std::string_view(&sign, 1));
    const int h = in.digits(2);
    if (in.peek() == ':') in.literal(":");
    const int m = in.digits(2);
    if (h > 23 || m > 59) in.literal("an offset");
    return (sign == '-' ? -1 : 1) * (hours(h) + minutes(m));
}

std::optional<sys_seconds> imf_fixdate(std::string_view text) {
    Scanner in(text);
    in.one_of(weekdays);
    in.literal(", ");
    const int d = in.digits(2);
    in.literal(" ");
    const int m = in.one_of(months);
    in.literal(" ");
    const int y = in.digits(4);
    in.literal(" ");
    const auto [h, min, s] = clock_of(in);
    in.literal(" GMT");
    return in.done() ? moment(y, m + 1, d, h, min, s) : std::nullopt;
}

std::optional<sys_seconds> rfc850_date(std::string_view text, sys_seconds now) {
    Scanner in(text);
    in.one_of(long_weekdays);
    in.literal(", ");
    const int d = in.digits(2);
    in.literal("-");
    const int m = in.one_of(months);
    in.literal("-");
    const int two_digits = in.digits(2);
    in.literal(" ");
    const auto [h, min, s] = clock_of(in);
    in.literal(" GMT");
    if (!in.done()) return std::nullopt;
    // RFC 9110: more than 50 years ahead means the most recent past year with these last two digits.
    const int this_year = static_cast<int>(year_month_day(floor<days>(now)).year());
    int y = this_year - this_year % 100 + two_digits;
    if (y > this_year + 50) y -= 100;
    return moment(y, m + 1, d, h, min, s);
}

std::optional<sys_seconds> asctime_date(std::string_view text) {
    Scanner in(text);
    in.one_of(weekdays);
    in.literal(" ");
    const int m = in.one_of(months);
    in.literal(" ");
    const bool padded = in.peek() == ' ';
    if (padded) in.literal(" ");
    const int d = in.digits(padded ? 1 : 2);
    in.literal(" ");
    const auto [h, min, s] = clock_of(in);
    in.literal(" ");
    const int y = in.digits(4);
    return in.done() ? moment(y, m + 1, d, h, min, s) : std::nullopt;
}

}  // namespace

std::optional<Timestamp> try_parse_datetime(std::string_view text) noexcept {
    Scanner in(text);
    const int y = in.digits(4);
    in.literal("-");
    const int m = in.digits(2);
    in.literal("-");
    const int d = in.digits(2);
    in.either('T', 't');
    const int h = in.digits(2);
    in.literal(":");
    const int min = in.digits(2);
    in.literal(":");
    const int s = in.digits(2);
    const microseconds micros = fraction_of(in);
    const minutes offset = offset_of(in);
    const auto whole = in.done() ? moment(y, m, d, h, min, s) : std::nullopt;
    if (!whole) return std::nullopt;
    const Timestamp out = *whole - offset + micros;
    // An offset can lead out of the years that have four digits.
    const int utc_year = static_cast<int>(year_month_day(floor<days>(out)).year());
    return utc_year >= 1 && utc_year <= 9999 ? std::optional<Timestamp>(out) : std::nullopt;
}

Timestamp parse_datetime(std::string_view text) {
    if (const auto time = try_parse_datetime(text)) return *time;
    ErrorInfo info;
    info.message = "not a date like 2022-08-19T07:19:38.123Z: '" + std::string(text.substr(0, 64)) + "'";
    throw InvalidResponseError(std::move(info));
}

std::string to_iso(Timestamp time) {
    const auto day = floor<days>(time);
    const year_month_day date(day);
    const hh_mm_ss clock(floor<milliseconds>(time - day));
    char text[40];
    std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
    return text;
}

std::optional<sys_seconds> parse_http_date(std::string_view text, sys_seconds now) noexcept {
    if (const auto comma = text.find(','); comma == text.npos)
        return asctime_date(text);
    else if (comma == 3)
        return imf_fixdate(text);
    return rfc850_date(text, now);
}

std::string to_http_date(sys_seconds time) {
    const auto day = floor<days>(time);
    const year_month_day date(day);
    const hh_mm_ss clock(time - day);
    char text[48];
    std::snprintf(text, sizeof text, "%s, %02u %s %04d %02d:%02d:%02d GMT", weekdays[weekday(day).c_encoding()].data(),
                  static_cast<unsigned>(date.day()), months[static_cast<unsigned>(date.month()) - 1].data(),
                  static_cast<int>(date.year()), static_cast<int>(clock.hours().count()),
                  static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()));
    return text;
}

std::optional<milliseconds> parse_retry_after(std::string_view value, system_clock::time_point now) noexcept {
    constexpr milliseconds longest = hours(24 * 365);
    value = trim(value);
    if (value.empty()) return std::nullopt;
    if (value.find_first_not_of("0123456789") == value.npos) {
        if (value.size() > 9) return longest;
        milliseconds wait(0);
        for (const char c : value) wait = wait * 10 + seconds(c - '0');
        return std::min(wait, longest);
    }
    const auto date = parse_http_date(value, floor<seconds>(now));
    if (!date) return std::nullopt;
    // Whole seconds first: the system clock's nanoseconds end in 2262, dates in 9999.
    const seconds left = *date - floor<seconds>(now);
    if (left <= seconds(0)) return milliseconds(0);
    return left > longest ? longest : ceil<milliseconds>(*date - now);
}

}  // namespace hf
