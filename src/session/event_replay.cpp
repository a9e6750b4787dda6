#include "session/event_replay.hpp"

#include <hf/core/async_generator.hpp>
#include <hf/core/error.hpp>

#include <algorithm>
#include <utility>

namespace hf {
namespace {

// All of 2.4.0.
constexpr int max_retries = 5;
constexpr std::chrono::seconds least_wait{1};
constexpr std::chrono::seconds least_wait_after_end{2};  // a job's state is known later than its last line
constexpr std::chrono::seconds longest_wait{10};
constexpr std::chrono::seconds date_resolution{1};

std::optional<Timestamp> time_of(const json::object& event) {
    const json::value* found = event.if_contains("timestamp");
    if (!found || !found->is_string()) return std::nullopt;
    return try_parse_datetime(found->get_string());
}

}  // namespace

void EventReplay::opened(std::optional<std::chrono::sys_seconds> date) {
    index_ = 0;
    skipped_ = 0;
    if (date && !rules_.follow) replay_end_ = *date + date_resolution;
}

bool EventReplay::is_found(const json::object& event) {
    if (event == *resume_after_) {
        resume_after_.reset();
        start_ = index_;
        return false;
    }
    // The last one given may be gone: what is later than it is new. Without a time, twice is better than never.
    const auto last = time_of(*resume_after_);
    const auto time = time_of(event);
    if (last && (!time || *time <= *last)) return false;
    resume_after_.reset();
    start_ = index_ - 1;
    return true;
}

std::optional<json::object> EventReplay::take(std::string_view data) {
    const std::size_t index = index_++;
    const bool known = !resume_after_ && index < start_;
    if (!known) {
        json::object event;
        try {
            event = json::from_value<json::object>(json::parse(data));
        } catch (const InvalidResponseError&) {
            // It comes again with each attempt: it has its place, too, and is told once.
            if (!resume_after_ && rules_.replays) ++start_;
            throw;
        }
        if (!resume_after_ || is_found(event)) {
            if (rules_.replays) ++start_;
            const auto time = replay_end_ ? time_of(event) : std::nullopt;
            over_ = time && *time > *replay_end_;
            if (over_) return std::nullopt;
            over_ = rules_.limit && ++given_ >= *rules_.limit;
            tries_ = 0;
            wait_ = std::chrono::seconds(0);
            if (tail_) last_ = event;
            return event;
        }
    }
    if (++skipped_ > max_collected) detail::throw_too_many_items(max_collected);
    return std::nullopt;
}

void EventReplay::drop_tail() {
    if (!std::exchange(tail_, false)) return;
    resume_after_ = std::move(last_);
    start_ = 0;
}

EventReplay::Next EventReplay::again(bool broken) {
    if (broken) ++tries_;
    wait_ = std::min(longest_wait, std::max(broken ? least_wait : least_wait_after_end, wait_ * 2));
    Next next;
    next.step = Next::Step::open;
    next.wait = wait_;
    next.ask_again = !broken;
    return next;
}

EventReplay::Next EventReplay::ended(End end) {
    drop_tail();
    Next next;
    const bool counts = end == End::broken || (end == End::silent && !rules_.has_state);
    const bool exhausted = !rules_.follow || tries_ >= max_retries;
    if (counts && exhausted) {
        // A silent log has told all that it has.
        next.step = end == End::broken ? Next::Step::fail : Next::Step::over;
        return next;
    }
    const bool is_over = over_ || !rules_.follow || (end == End::whole && !rules_.has_state);
    return is_over ? next : again(counts);
}

}  // namespace hf
