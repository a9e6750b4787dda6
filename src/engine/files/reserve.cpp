#include "engine/files/reserve.hpp"

#include <algorithm>

namespace hf {

boost::asio::awaitable<void> reserve(const File& file, std::uint64_t size, Slice& slice) {
    // Not only by pieces: nobody gains by a disk that is full.
    file.require_room(size);
    constexpr std::uint64_t least = 1u << 20;
    std::uint64_t step = least;
    for (std::uint64_t at = 0; at < size;) {
        const std::uint64_t piece = std::min(step, size - at);
        if (!file.try_reserve(at, piece)) co_return;
        at += piece;
        // Where it costs nothing, larger pieces; elsewhere the next one may take as long as a slice.
        if (slice.is_over()) {
            step = std::max(least, step / 2);
            co_await slice.pause();
        } else {
            step *= 2;
        }
    }
}

}  // namespace hf
