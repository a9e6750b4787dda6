#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>

namespace hf::net {

/// Spreads the bytes of all connections in one direction over time. Sans-io; thread-safe.
class Pacer {
public:
    using Time = std::chrono::steady_clock::time_point;
    using Duration = std::chrono::steady_clock::duration;

    /// Zero: no limit.
    explicit Pacer(std::uint64_t bytes_per_second) : rate_(bytes_per_second) {}

    bool limited() const noexcept { return rate_ > 0; }
    /// How much one connection should move at a time: a twentieth of a second's bytes, so that all get on.
    std::size_t piece() const noexcept;
    /// Books `bytes` and gives how long to wait before they may move.
    Duration book(std::size_t bytes, Time now);
    /// Bytes that were booked and did not move.
    void give_back(std::size_t bytes);

private:
    Duration time_of(std::size_t bytes) const noexcept;

    const std::uint64_t rate_;
    std::mutex mutex_;
    Time free_at_{};  // when all that is booked will have moved
};

}  // namespace hf::net
