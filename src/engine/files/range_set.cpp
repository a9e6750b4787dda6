#include "engine/files/range_set.hpp"

#include <algorithm>

namespace hf {

void RangeSet::add(ByteRange range) {
    if (range.empty()) return;
    // All that touch the new range melt into it.
    const auto first = std::lower_bound(ranges_.begin(), ranges_.end(), range.begin,
                                        [](const ByteRange& r, std::uint64_t begin) { return r.end < begin; });
    auto last = first;
    while (last != ranges_.end() && last->begin <= range.end) {
        range.begin = std::min(range.begin, last->begin);
        range.end = std::max(range.end, last->end);
        ++last;
    }
    if (first == last) {
        ranges_.insert(first, range);
    } else {
        *first = range;
        ranges_.erase(first + 1, last);
    }
}

std::uint64_t RangeSet::run_end(std::uint64_t position) const noexcept {
    const auto run = std::upper_bound(ranges_.begin(), ranges_.end(), position,
                                      [](std::uint64_t p, const ByteRange& r) { return p < r.end; });
    return run != ranges_.end() && run->begin <= position ? run->end : position;
}

ByteRange RangeSet::first_gap(std::uint64_t begin, std::uint64_t end) const noexcept {
    begin = std::min(run_end(begin), end);
    const auto next = std::lower_bound(ranges_.begin(), ranges_.end(), begin,
                                       [](const ByteRange& r, std::uint64_t b) { return r.begin < b; });
    if (next != ranges_.end()) end = std::min(end, next->begin);
    return {begin, std::max(begin, end)};
}

std::uint64_t RangeSet::total() const noexcept {
    std::uint64_t sum = 0;
    for (const ByteRange& r : ranges_) sum += r.size();
    return sum;
}

}  // namespace hf
