#pragma once

#include "async/semaphore.hpp"
#include "xet/shard.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace hf {

/// A xorb of an upload, from its first chunk until the store has it; or one that the store has had before, of which
/// only the hash is known. Until it is closed it has no hash.
struct PackedXorb {
    xet::Hash hash;
    xet::ShardXorb listing;
    std::vector<std::byte> body;  ///< until it is stored
    std::uint64_t content_size = 0;
    std::string name;  ///< of the first file that is in it, for messages and progress
    Semaphore::Ticket memory;
    bool stored = false;
};

}  // namespace hf
