#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace hf {

/// How many connections to one origin carry large files. Pure: time is passed in.
///
/// Starts with a level and doubles it as long as that brings goodput. When it brings nothing, it goes back
/// and stays; when goodput collapses, as behind a server that punishes many streams, it drops to the level
/// that was good, asks for the surplus connections to be closed, and does not try so many again for a
/// while. Later it looks upwards from time to time.
class StreamTuner {
public:
    using Time = std::chrono::steady_clock::time_point;

    StreamTuner(unsigned first, unsigned max) : level_(first < max ? first : max), max_(max), ceiling_(max) {}

    unsigned level() const noexcept { return level_; }
    /// More streams than the level are open: this one is to be closed (after a collapse only; otherwise
    /// surplus streams finish their part).
    bool should_close(unsigned open) const noexcept { return shedding_ && open > level_; }

    /// `bytes` arrived on one of `open` streams. True when the level has changed.
    bool on_bytes(std::uint64_t bytes, unsigned open, Time now);

private:
    enum class Trial { none, more, fewer };

    bool judge(double rate, Time now);
    bool judge_more(double rate, Time now);
    bool judge_fewer(double rate, Time now);
    bool try_level(Trial trial, unsigned level, Time now);
    void go(unsigned level, Time now);
    void look_later() { look_after_ = std::min<std::chrono::milliseconds>(look_after_ * 2, longest_look); }

    // Long enough for a hundred reads at 40 MB/s per stream, short enough to reach 32 streams in a second.
    static constexpr std::chrono::milliseconds window_length{200};
    static constexpr std::chrono::milliseconds settle{80};
    static constexpr std::chrono::seconds first_look{5};
    static constexpr std::chrono::seconds longest_look{60};

    unsigned level_, max_, ceiling_;
    unsigned good_level_ = 0;    // the level before the current trial
    double good_rate_ = 0;       // bytes per second at that level
    Trial trial_ = Trial::none;  // the current level has yet to prove itself
    bool tried_fewer_ = false;
    bool shedding_ = false;
    unsigned slow_windows_ = 0;
    std::chrono::milliseconds look_after_ = first_look;
    Time next_look_{};
    Time window_begin_{};
    std::uint64_t window_bytes_ = 0;
    unsigned fewest_open_ = 0;
};

}  // namespace hf
