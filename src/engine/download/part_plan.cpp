#include "engine/download/part_plan.hpp"

#include <algorithm>
#include <utility>

namespace hf {

namespace {

// A request costs about as much as 1 MiB at the CDN's 40 MB/s and a round trip of 25 ms.
constexpr std::uint64_t smallest_part = 2u << 20;

}  // namespace

PartPlan::PartPlan(std::uint64_t size, std::uint64_t part_size, RangeSet done)
    : size_(size), part_size_(std::max<std::uint64_t>(part_size, 1)), done_(std::move(done)) {}

std::optional<ByteRange> PartPlan::take(unsigned streams) {
    RangeSet busy = done_;
    for (const ByteRange& part : in_flight_) busy.add(part);
    ByteRange gap = busy.first_gap(0, size_);
    if (gap.empty()) return std::nullopt;

    if (streams <= 1) {
        in_flight_.push_back(gap);
        return gap;
    }

    const std::uint64_t unassigned = size_ - busy.total();
    const std::uint64_t fair = unassigned / (2ull * streams);
    const std::uint64_t smallest = std::min(smallest_part, part_size_);
    const std::uint64_t length = std::clamp(fair, smallest, part_size_);
    // A remainder too small for a request of its own goes along.
    if (gap.size() >= length + smallest / 2) gap.end = gap.begin + length;
    in_flight_.push_back(gap);
    return gap;
}

void PartPlan::give_back(ByteRange part) {
    const auto found = std::find(in_flight_.begin(), in_flight_.end(), part);
    if (found != in_flight_.end()) in_flight_.erase(found);
}

void PartPlan::restart() { done_.clear(); }

}  // namespace hf
