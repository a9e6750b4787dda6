#include "engine/download/stream_tuner.hpp"

#include <algorithm>
#include <utility>

namespace hf {

bool StreamTuner::on_bytes(std::uint64_t bytes, unsigned open, Time now) {
    if (window_begin_ == Time()) {
        window_begin_ = now;
        next_look_ = now + look_after_;
        fewest_open_ = open;
    }
    if (now < window_begin_) return false;  // settling after a change
    window_bytes_ += bytes;
    fewest_open_ = std::min(fewest_open_, open);
    const auto elapsed = now - window_begin_;
    if (elapsed < window_length) return false;

    const double rate = static_cast<double>(window_bytes_) / std::chrono::duration<double>(elapsed).count();
    // A window in which the streams were not all in use says nothing about the level.
    const bool telling = fewest_open_ >= level_;
    window_begin_ = now;
    window_bytes_ = 0;
    fewest_open_ = open;
    return telling && judge(rate, now);
}

bool StreamTuner::judge(double rate, Time now) {
    const Trial trial = std::exchange(trial_, Trial::none);
    if (trial == Trial::more) return judge_more(rate, now);
    if (trial == Trial::fewer) return judge_fewer(rate, now);
    if (good_level_ == 0) {  // the first window
        good_rate_ = rate;
        good_level_ = level_;
        return level_ < ceiling_ && try_level(Trial::more, level_ * 2, now);
    }
    slow_windows_ = rate < 0.5 * good_rate_ ? slow_windows_ + 1 : 0;
    if (slow_windows_ >= 3 && level_ > 1) {
        // Punished, or the path got worse: with fewer streams nothing is lost if it is the latter.
        good_rate_ = rate;
        good_level_ = level_ / 2;
        shedding_ = true;
        go(good_level_, now);
        return true;
    }
    if (slow_windows_ == 0) good_rate_ = 0.8 * good_rate_ + 0.2 * rate;
    if (now < next_look_ || level_ >= max_) return false;
    ceiling_ = max_;
    return try_level(Trial::more, level_ * 2, now);
}

bool StreamTuner::judge_more(double rate, Time now) {
    const double hoped = static_cast<double>(level_) / good_level_ - 1;
    if (rate < 0.7 * good_rate_) {
        ceiling_ = good_level_;
        shedding_ = true;
        look_later();
        go(good_level_, now);
        return true;
    }
    if (rate < good_rate_ * (1 + 0.3 * hoped)) {
        look_later();
        if (!std::exchange(tried_fewer_, true) && good_level_ > 1) {
            shedding_ = true;
            return try_level(Trial::fewer, good_level_ / 2, now);
        }
        go(good_level_, now);
        return true;
    }
    look_after_ = first_look;
    good_rate_ = rate;
    good_level_ = level_;
    return level_ < ceiling_ && try_level(Trial::more, level_ * 2, now);
}

bool StreamTuner::judge_fewer(double rate, Time now) {
    if (rate >= 1.3 * good_rate_) {
        good_rate_ = rate;
        ceiling_ = good_level_;
        good_level_ = level_;
        return level_ > 1 && try_level(Trial::fewer, level_ / 2, now);
    }
    // Not worse either: what punishes streams may begin still lower.
    if (rate >= 0.9 * good_rate_ && good_level_ > level_ && level_ > 1) return try_level(Trial::fewer, level_ / 2, now);
    shedding_ = false;
    go(good_level_, now);
    return true;
}

bool StreamTuner::try_level(Trial trial, unsigned level, Time now) {
    trial_ = trial;
    if (trial == Trial::more) shedding_ = false;
    go(std::clamp(level, 1u, ceiling_), now);
    return true;
}

void StreamTuner::go(unsigned level, Time now) {
    level_ = level;
    slow_windows_ = 0;
    window_begin_ = now + settle;
    window_bytes_ = 0;
    fewest_open_ = level;
    next_look_ = now + look_after_;
}

}  // namespace hf
