#pragma once

#include "xet/hash.hpp"

namespace hf::test {

/// The hash of nothing in particular; others for other numbers below 256.
inline xet::Hash hash(unsigned n) {
    xet::Hash out;
    out.bytes[0] = static_cast<std::uint8_t>(n);
    return out;
}

}  // namespace hf::test
