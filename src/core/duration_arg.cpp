#include <hf/core/duration_arg.hpp>
#include <hf/core/error.hpp>

#include <algorithm>
#include <cmath>
#include <string>

namespace hf {
namespace {

constexpr double century_s = 100.0 * 365 * 24 * 3600;
constexpr double largest_whole = 9007199254740992;  // 2^53: above, doubles leave numbers out

[[noreturn]] void refuse(std::string_view name, std::string_view must) {
    throw_validation(name, "`" + std::string(name) + "` must be " + std::string(must));
}

std::chrono::milliseconds rounded_up(double seconds) {
    return std::chrono::milliseconds(static_cast<std::int64_t>(std::ceil(std::min(seconds, century_s) * 1000)));
}

}  // namespace

std::optional<std::chrono::milliseconds> DurationArg::positive(std::string_view name) const {
    if (!given_) return std::nullopt;
    if (!(seconds_ > 0)) refuse(name, "a time of more than zero");
    return rounded_up(seconds_);
}

std::optional<std::chrono::milliseconds> DurationArg::not_negative(std::string_view name) const {
    if (!given_) return std::nullopt;
    if (!(seconds_ >= 0)) refuse(name, "a time that is not negative");
    return rounded_up(seconds_);
}

std::optional<std::int64_t> DurationArg::whole_seconds(std::string_view name) const {
    if (!given_) return std::nullopt;
    if (!(seconds_ >= -1 && seconds_ <= largest_whole) || seconds_ != std::floor(seconds_))
        refuse(name, "a number of whole seconds, or -1");
    return static_cast<std::int64_t>(seconds_);
}

}  // namespace hf
