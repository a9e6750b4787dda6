#include "net/pool/deadlines.hpp"

namespace hf::net {

std::string_view to_string(Limit limit) noexcept {
    switch (limit) {
        case Limit::none: return "none";
        case Limit::connect: return "connect";
        case Limit::first_byte: return "first_byte";
        case Limit::stall: return "stall";
        case Limit::min_rate: return "min_rate";
        case Limit::total: return "total";
        case Limit::closed: return "closed";
    }
    return "none";
}

void Deadlines::wait_begins(Limit phase, Time now) {
    if (phase_ != Limit::none) return;
    phase_ = phase;
    phase_start_ = now;
}

void Deadlines::wait_ends(Time now) {
    if (phase_ == Limit::stall) waited_ += now - phase_start_;
    phase_ = Limit::none;
}

Limit Deadlines::overdue(Time now, std::uint64_t body_bytes) {
    if (timeouts_.total.count() > 0 && now - start_ >= timeouts_.total) return Limit::total;
    const auto exceeds = [&](std::chrono::milliseconds limit) {
        return limit.count() > 0 && now - phase_start_ >= limit;
    };
    if (phase_ == Limit::connect && exceeds(timeouts_.connect)) return phase_;
    if (phase_ == Limit::first_byte && exceeds(timeouts_.first_byte)) return phase_;
    if (phase_ == Limit::stall && exceeds(timeouts_.stall)) return phase_;
    if (phase_ != Limit::stall || timeouts_.min_rate == 0) return Limit::none;
    // The average is taken over one window after the other; without a stall limit a window is 30 s long.
    const std::chrono::milliseconds window = timeouts_.stall.count() > 0 ? timeouts_.stall : std::chrono::seconds(30);
    const auto waited = waited_ + (now - phase_start_);
    const auto elapsed = waited - window_start_;
    if (elapsed < window) return Limit::none;
    const double rate =
        static_cast<double>(body_bytes - window_bytes_) / std::chrono::duration<double>(elapsed).count();
    if (rate < static_cast<double>(timeouts_.min_rate)) return Limit::min_rate;
    window_start_ = waited;
    window_bytes_ = body_bytes;
    return Limit::none;
}

}  // namespace hf::net
