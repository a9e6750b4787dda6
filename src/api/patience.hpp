#pragma once

#include <hf/core/duration_arg.hpp>

#include <chrono>
#include <optional>

namespace hf::detail {

/// When to look again for what takes its time, and when no more. Pure: time is passed in.
class Patience {
public:
    /// Throws HFValidationError (argument "timeout" or "poll_interval").
    Patience(DurationArg timeout, DurationArg poll_interval);

    void start(std::chrono::steady_clock::time_point now) { start_ = now; }
    /// The time until the next look, the last of which is at the end of the time; nullopt: it was taken.
    std::optional<std::chrono::milliseconds> next(std::chrono::steady_clock::time_point now) const;
    /// "`what` is still `stage` after 3 s": throws TimeoutError (argument "timeout").
    [[noreturn]] void give_up(std::string_view what, std::string_view stage) const;

private:
    std::optional<std::chrono::milliseconds> timeout_;
    std::chrono::milliseconds interval_;
    std::chrono::steady_clock::time_point start_;
};

}  // namespace hf::detail
