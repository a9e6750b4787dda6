#pragma once

#include "core/byte_range.hpp"
#include "local_hub/xet/xet_catalogue.hpp"
#include "xet/reconstruction.hpp"

#include <vector>

namespace hf::local_hub {

/// How `window` of a file is put together from `terms`, which have all bytes of it: the terms cut down to the chunks
/// that are needed, and the ranges of xorbs that have these. Each source has one xorb and its URL is empty.
xet::Reconstruction reconstruct(const std::vector<PlacedTerm>& terms, ByteRange window, const FindXorb& find);

}  // namespace hf::local_hub
