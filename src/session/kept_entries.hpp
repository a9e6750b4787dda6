#pragma once

#include <hf/core/async_generator.hpp>

#include <cstddef>

namespace hf {

/// For callers that keep a whole list in memory, before they add to `kept` entries: pages that never repeat can go
/// on for ever. Throws ResponseTooLargeError.
inline void require_room_for_entry(std::size_t kept) {
    if (kept >= max_collected) detail::throw_too_many_items(max_collected);
}

}  // namespace hf
