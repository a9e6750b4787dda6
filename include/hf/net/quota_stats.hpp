#pragma once

#include <cstdint>

namespace hf::net {

/// How the requests of one identity fared with one of the server's quotas.
struct QuotaStats {
    std::uint64_t admitted = 0;
    std::uint64_t delayed = 0;    ///< waits, before the quota was used up and after
    std::uint64_t refused = 0;    ///< 429 answers that blamed the quota
    std::uint64_t remaining = 0;  ///< of the current window, as far as known
    std::uint64_t quota = 0;      ///< zero: unknown
};

}  // namespace hf::net
