#include "net/pool/pacer.hpp"

#include <algorithm>

namespace hf::net {

std::size_t Pacer::piece() const noexcept {
    // Less than a TLS record would leave decrypted bytes waiting; more than a bulk buffer is of no use.
    return static_cast<std::size_t>(std::clamp<std::uint64_t>(rate_ / 20, 16u << 10, 256u << 10));
}

Pacer::Duration Pacer::time_of(std::size_t bytes) const noexcept {
    const std::chrono::duration<double> time(static_cast<double>(bytes) / static_cast<double>(rate_));
    return std::chrono::duration_cast<Duration>(time);
}

Pacer::Duration Pacer::book(std::size_t bytes, Time now) {
    const std::scoped_lock lock(mutex_);
    const Time begin = std::max(free_at_, now);  // time that was not used is lost: no burst makes up for it
    free_at_ = begin + time_of(bytes);
    return begin - now;
}

void Pacer::give_back(std::size_t bytes) {
    const std::scoped_lock lock(mutex_);
    free_at_ -= time_of(bytes);
}

}  // namespace hf::net
