#include "api/patience.hpp"

#include <hf/core/error.hpp>

#include <algorithm>

namespace hf::detail {

Patience::Patience(DurationArg timeout, DurationArg poll_interval)
    : timeout_(timeout.not_negative("timeout")),
      interval_(poll_interval.positive("poll_interval").value_or(std::chrono::seconds(1))) {}

std::optional<std::chrono::milliseconds> Patience::next(std::chrono::steady_clock::time_point now) const {
    if (!timeout_) return interval_;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(start_ + *timeout_ - now);
    if (left.count() <= 0) return std::nullopt;
    return std::min(interval_, left);
}

void Patience::give_up(std::string_view what, std::string_view stage) const {
    ErrorInfo info;
    info.argument = "timeout";
    info.message = std::string(what) + " is still in stage '" + std::string(stage) + "' after " +
                   std::to_string(timeout_.value_or(std::chrono::milliseconds(0)).count()) + " ms";
    throw TimeoutError(std::move(info));
}

}  // namespace hf::detail
