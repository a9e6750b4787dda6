#pragma once

#include "xet/hash.hpp"

namespace hf::xet {

/// CRC-64/NVME, which grants for uploads ask for. `crc64nvme(b, crc64nvme(a))` is that of a followed by b.
std::uint64_t crc64nvme(Bytes data, std::uint64_t before = 0) noexcept;

}  // namespace hf::xet
