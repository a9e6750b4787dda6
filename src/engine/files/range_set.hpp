#pragma once

#include "core/byte_range.hpp"

#include <cstdint>
#include <vector>

namespace hf {

/// A set of byte positions as disjoint, sorted, non-adjacent ranges.
class RangeSet {
public:
    void add(ByteRange range);
    void clear() noexcept { ranges_.clear(); }

    /// The end of the run that contains `position`; `position` itself if it is not in the set.
    std::uint64_t run_end(std::uint64_t position) const noexcept;
    /// The first gap in [begin, end): empty if there is none.
    ByteRange first_gap(std::uint64_t begin, std::uint64_t end) const noexcept;
    bool contains(ByteRange range) const noexcept { return range.empty() || run_end(range.begin) >= range.end; }
    std::uint64_t total() const noexcept;  ///< number of positions

    const std::vector<ByteRange>& ranges() const noexcept { return ranges_; }

private:
    std::vector<ByteRange> ranges_;
};

}  // namespace hf
