#pragma once

#include <hf/core/datetime.hpp>
#include <hf/core/json.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>

namespace hf {

/// What a stream of events is like.
struct EventStreamRules {
    bool follow = false;               ///< opened again when it ends or breaks; otherwise there is one attempt
    bool replays = true;               ///< begins anew with each attempt, so that what was given is left out
    bool has_state = false;            ///< something else says whether it is over, and not its end
    std::optional<std::size_t> limit;  ///< of events to give
};

/// Decides which events of a stream that is opened again and again are given, and when it is opened again: as
/// huggingface_hub 2.4.0 does. Pure.
class EventReplay {
public:
    /// `tail`: the first attempt gives the end of the log only.
    EventReplay(EventStreamRules rules, bool tail) : rules_(rules), tail_(tail) {}

    /// Whether the next attempt asks for the end of the log only.
    bool wants_tail() const { return tail_; }

    /// An attempt is answered; `date` is the time that the answer bears.
    void opened(std::optional<std::chrono::sys_seconds> date);

    /// The next event of the attempt, if it is to be given. Throws InvalidResponseError for what is no JSON object,
    /// ResponseTooLargeError where an attempt repeats more than any log has.
    std::optional<json::object> take(std::string_view data);

    /// Nothing more is given.
    bool over() const { return over_; }

    /// How an attempt ended: the answer's end, nothing for too long, or a connection that broke.
    enum class End { whole, silent, broken };
    struct Next {
        enum class Step { over, fail, open } step = Step::over;
        std::chrono::milliseconds wait{0};  ///< before it is opened; where there is a state, that is asked first
        bool ask_again = false;             ///< and once more after the wait
    };
    Next ended(End end);

    /// The attempt was given up by the consumer, who comes again.
    void interrupted() { drop_tail(); }

private:
    void drop_tail();
    bool is_found(const json::object& event);
    Next again(bool broken);

    EventStreamRules rules_;
    bool tail_;
    bool over_ = false;
    std::size_t index_ = 0;    // of the next event of this attempt
    std::size_t start_ = 0;    // events before it have been given
    std::size_t skipped_ = 0;  // in this attempt
    std::size_t given_ = 0;
    std::optional<json::object> last_;
    std::optional<json::object> resume_after_;  // of a tail, whose place in the whole log is not known
    std::optional<Timestamp> replay_end_;
    int tries_ = 0;
    std::chrono::seconds wait_{0};
};

}  // namespace hf
