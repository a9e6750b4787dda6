#pragma once

#include "local_hub/data/file.hpp"
#include "local_hub/xet/xorb_store.hpp"
#include "xet/shard.hpp"

#include <functional>
#include <optional>

namespace hf::local_hub {

/// Cuts a file into chunks and stores them as xorbs. nullopt: `stopped` said so.
std::optional<xet::ShardFile> store_as_xorbs(XorbStore& xorbs, const File& file, const std::function<bool()>& stopped);

}  // namespace hf::local_hub
