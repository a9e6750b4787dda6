#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>

namespace hf {

/// A time of an option: nothing, a duration of std::chrono, or a number of seconds as in the reference.
///
///     {.timeout = std::chrono::milliseconds(500)}    {.timeout = 2.5}    {.timeout = 10}    {.timeout = std::nullopt}
///
/// Any value can be held; the call that is given it throws HFValidationError, naming the option, for what it cannot
/// use. NaN never can be. Times of more than a century, infinity among them, count as a century: as good as for ever.
class DurationArg {
public:
    constexpr DurationArg() noexcept = default;
    constexpr DurationArg(std::nullopt_t) noexcept {}
    template <class Seconds>
        requires((std::integral<Seconds> && !std::same_as<Seconds, bool>) || std::floating_point<Seconds>)
    constexpr DurationArg(Seconds seconds) noexcept : seconds_(static_cast<double>(seconds)), given_(true) {}
    template <class Rep, class Period>
    constexpr DurationArg(std::chrono::duration<Rep, Period> duration) noexcept
        : DurationArg(std::chrono::duration<double>(duration).count()) {}
    template <class T>
        requires std::constructible_from<DurationArg, const T&>
    constexpr DurationArg(const std::optional<T>& duration) noexcept
        : DurationArg(duration ? DurationArg(*duration) : DurationArg()) {}

    constexpr bool given() const noexcept { return given_; }
    constexpr explicit operator bool() const noexcept { return given_; }
    constexpr double seconds() const noexcept { return seconds_; }  ///< 0 if not given
    constexpr bool operator==(const DurationArg&) const = default;

    /// For times that must be more than nothing; below a millisecond they are one. Nullopt if not given. Throws
    /// HFValidationError (argument `name`) for zero, negative times and NaN.
    std::optional<std::chrono::milliseconds> positive(std::string_view name) const;
    /// The same where zero is a time, too.
    std::optional<std::chrono::milliseconds> not_negative(std::string_view name) const;
    /// For what the Hub counts in seconds, where -1 means never. Throws HFValidationError (argument `name`) for
    /// fractions of a second, for what is below -1 or beyond 2^53, and for NaN.
    std::optional<std::int64_t> whole_seconds(std::string_view name) const;

private:
    double seconds_ = 0;
    bool given_ = false;
};
static_assert(std::is_trivially_copyable_v<DurationArg> && std::is_trivially_destructible_v<DurationArg>);

}  // namespace hf
