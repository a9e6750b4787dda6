#pragma once

#include "xet/hash.hpp"

namespace hf::xet {

/// BLAKE3 under a key (the BLAKE3 paper, section 2.3). Any size; one call on one span. At 64 KiB and more all lanes of
/// the processor's vectors are busy.
Hash blake3_keyed(const Hash& key, Bytes data) noexcept;
/// Without a key.
Hash blake3(Bytes data) noexcept;

/// What the work is done with. Every processor can do `portable`.
enum class Blake3Instructions { portable, avx2, avx512 };

/// The best that this processor and build have.
Blake3Instructions blake3_instructions() noexcept;
/// `blake3_keyed` with no more than `most`: all give the same.
Hash blake3_keyed(const Hash& key, Bytes data, Blake3Instructions most) noexcept;

}  // namespace hf::xet
