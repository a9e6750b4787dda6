#pragma once

#include "engine/files/range_set.hpp"

#include <chrono>
#include <cstdint>

namespace hf {

/// What stands behind all loops of one download: how often a server is asked in vain, and for how long it may
/// send next to nothing. Only bytes that nobody kept before count as progress, in steps: what is fetched again
/// after a restart does not, nor does a byte a second. Pure: time is passed in.
class CallBudget {
public:
    using Time = std::chrono::steady_clock::time_point;
    static constexpr std::uint64_t step = 64u << 10;

    /// `parts`: requests that the plan needs. `kept`: what an earlier run left. `patience`: see TransferConfig.
    CallBudget(std::uint64_t parts, RangeSet kept, std::chrono::milliseconds patience);

    /// A request is about to be sent. False: too many have brought nothing new.
    bool ask() noexcept { return ++asked_ <= most_in_vain_; }
    /// What came is about to be thrown away and fetched from the start. False: that was done too often, in a
    /// row without anything new or altogether.
    bool restart() noexcept { return ++restarts_in_vain_ <= 3 && ++restarts_ <= 8; }
    /// Bytes were kept. True if they complete a step: patience and requests count anew.
    bool kept(ByteRange range, Time now);

    /// The clock runs only while somebody reads an answer, not in a queue of our own.
    void begin_reading(Time now) noexcept;
    void end_reading(Time now) noexcept;
    /// False: reading has brought less than a step for too long.
    bool is_patient(Time now) const noexcept;

private:
    std::uint64_t most_in_vain_;
    std::chrono::milliseconds patience_;
    RangeSet ever_;
    std::uint64_t counted_;  // of the bytes in ever_
    std::uint64_t asked_ = 0;
    int restarts_ = 0, restarts_in_vain_ = 0;
    int readers_ = 0;
    Time since_{};
    Time::duration read_{0};  // without a step, before since_
};

}  // namespace hf
