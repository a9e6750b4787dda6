#pragma once

#include "core/byte_range.hpp"

#include <ostream>

namespace hf {
inline std::ostream& operator<<(std::ostream& out, const ByteRange& range) {
    return out << '[' << range.begin << ',' << range.end << ')';
}
}  // namespace hf
