#pragma once

#include <hf/core/error.hpp>

#include <cstddef>
#include <string>

namespace hf {

// Fifty times what the Hub advises for one repository; about a GiB of names and hashes.
constexpr std::size_t max_kept_entries = 5'000'000;

/// For callers that keep a whole list in memory, before they add to `kept` entries: pages that never repeat can go
/// on for ever. Throws ResponseTooLargeError.
inline void require_room_for_entry(std::size_t kept) {
    if (kept < max_kept_entries) return;
    ErrorInfo info;
    info.message = "the list has more than " + std::to_string(max_kept_entries) + " entries";
    throw ResponseTooLargeError(std::move(info));
}

}  // namespace hf
