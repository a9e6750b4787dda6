#include "xet/blake3_lanes.hpp"

namespace hf::xet::blake3_detail {

void hash_portable(const Batch& batch) { hash_lanes<4>(batch); }

}  // namespace hf::xet::blake3_detail
