#pragma once

#include <hf/net/transport.hpp>

#include <chrono>
#include <cstdint>
#include <string_view>

namespace hf::net {

/// Which limit ended an exchange. Names are those of the members of Timeouts.
enum class Limit { none, connect, first_byte, stall, min_rate, total, closed };
std::string_view to_string(Limit) noexcept;

/// The clocks of one exchange. Only time in which the peer is waited for counts against a phase's limit.
/// Pure: time is passed in.
class Deadlines {
public:
    using Time = std::chrono::steady_clock::time_point;

    Deadlines(const Timeouts& timeouts, Time start) : timeouts_(timeouts), start_(start), window_start_(0) {}

    /// Starts the clock of connect, first_byte or stall. Does nothing while one of them runs.
    void wait_begins(Limit phase, Time now);
    void wait_ends(Time now);

    /// The limit that is missed at `now`, Limit::none if all is well. `body_bytes` have been moved so far.
    Limit overdue(Time now, std::uint64_t body_bytes);

private:
    Timeouts timeouts_;
    Time start_;
    Limit phase_ = Limit::none;
    Time phase_start_{};
    std::chrono::steady_clock::duration waited_{0};        // all body waits that have ended
    std::chrono::steady_clock::duration window_start_{0};  // `waited_` at the start of the rate window
    std::uint64_t window_bytes_ = 0;                       // bytes moved before the rate window
};

}  // namespace hf::net
