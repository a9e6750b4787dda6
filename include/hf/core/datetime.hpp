#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace hf {

/// A moment in UTC, as precise as the Hub's answers.
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;

/// "2022-08-19T07:19:38.123Z", as the Hub writes dates; no fraction or 1 to 9 digits, cut to microseconds; an offset
/// like "+02:00" instead of the Z. Anything else is nullopt.
std::optional<Timestamp> try_parse_datetime(std::string_view text) noexcept;

/// The same, throwing InvalidResponseError.
Timestamp parse_datetime(std::string_view text);

/// "2022-08-19T07:19:38.123Z", cut to milliseconds.
std::string to_iso(Timestamp time);

/// The three forms of RFC 9110, section 5.6.7. `now` decides the century of the obsolete two-digit year.
std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text, std::chrono::sys_seconds now) noexcept;

/// "Sun, 06 Nov 1994 08:49:37 GMT".
std::string to_http_date(std::chrono::sys_seconds time);

/// The value of a Retry-After field, seconds or a date, as the time left from `now`; never negative, and
/// cut to a year.
std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view value,
                                                           std::chrono::system_clock::time_point now) noexcept;

}  // namespace hf
