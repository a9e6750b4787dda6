#pragma once

#include <cstdint>
#include <string>

namespace hf::local_hub {

/// Milliseconds since the epoch.
std::int64_t now_ms();
/// The same, but never twice the same: for what is listed in the order in which it came.
std::int64_t next_ms();
std::string iso_time(std::int64_t ms);  ///< "2024-02-19T10:57:45.000Z"

}  // namespace hf::local_hub
