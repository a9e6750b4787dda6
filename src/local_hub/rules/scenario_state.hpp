#pragma once

#include <hf/local_hub/scenario.hpp>

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <vector>

namespace hf::local_hub {

/// Spreads bytes evenly over time. Not thread-safe.
class Pacer {
public:
    using Clock = std::chrono::steady_clock;
    /// How long to wait before `bytes` more may be sent at `rate` bytes per second.
    Clock::duration reserve(std::uint64_t bytes, std::uint64_t rate, Clock::time_point now);

private:
    Clock::time_point next_{};
};

/// The scenario in force and what of it is used up. Thread-safe.
class ScenarioState {
public:
    using Clock = std::chrono::steady_clock;

    void set(Scenario scenario);
    Scenario get() const;
    std::chrono::milliseconds latency() const;
    /// The faults that hit this request; each call counts as one request.
    std::vector<Fault> faults(std::string_view route, std::string_view method, std::string_view target);
    std::uint64_t injected() const;

    /// Bodies in flight, for the collapse.
    void body_started();
    void body_ended();
    /// Bytes to send at once, and how long to wait before; `own` is the connection's pacer.
    Clock::duration pace(Pacer& own, std::uint64_t bytes, bool lfs_origin);
    bool paced() const;

private:
    struct Use {
        std::uint64_t seen = 0, hit = 0;
    };
    mutable std::mutex mutex_;
    Scenario scenario_;
    std::vector<Use> uses_;
    Pacer total_, collapsed_;
    std::size_t bodies_ = 0;
    std::uint64_t injected_ = 0;
};

}  // namespace hf::local_hub
