#include "engine/download/call_budget.hpp"

#include <utility>

namespace hf {

namespace {

// A part may be asked for four times over: by a stream that breaks off, after a restart, and for a wrong hash. The
// constant is for small files, and for servers that give 4 KiB a request.
constexpr std::uint64_t requests_per_part = 4;
constexpr std::uint64_t requests_besides = 32;

}  // namespace

CallBudget::CallBudget(std::uint64_t parts, RangeSet kept, std::chrono::milliseconds patience)
    : most_in_vain_(requests_besides + requests_per_part * parts),
      patience_(patience),
      ever_(std::move(kept)),
      counted_(ever_.total()) {}

bool CallBudget::kept(ByteRange range, Time now) {
    ever_.add(range);
    const std::uint64_t total = ever_.total();
    if (total - counted_ < step) return false;
    counted_ = total;
    asked_ = 0;
    restarts_in_vain_ = 0;
    read_ = Time::duration(0);
    since_ = now;
    return true;
}

void CallBudget::begin_reading(Time now) noexcept {
    if (readers_++ == 0) since_ = now;
}

void CallBudget::end_reading(Time now) noexcept {
    if (--readers_ == 0) read_ += now - since_;
}

bool CallBudget::is_patient(Time now) const noexcept {
    const auto reading = readers_ > 0 ? now - since_ : Time::duration(0);
    return read_ + reading <= patience_;
}

}  // namespace hf
