#pragma once

#include <cstdint>

namespace hf {

/// A half-open range of byte positions.
struct ByteRange {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;

    std::uint64_t size() const noexcept { return end - begin; }
    bool empty() const noexcept { return end <= begin; }
    friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

}  // namespace hf
