#include "xet/blake3_lanes.hpp"

#if HFHUB_BLAKE3_X86
namespace hf::xet::blake3_detail {

void hash_avx512(const Batch& batch) { hash_lanes<16>(batch); }

}  // namespace hf::xet::blake3_detail
#endif
