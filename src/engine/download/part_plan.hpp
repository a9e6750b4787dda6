#pragma once

#include "engine/files/range_set.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace hf {

/// Which part of a large file is fetched next. Pure: it neither reads nor writes anything.
///
///     PartPlan plan(size, part_size, kept_from_an_earlier_run);
///     while (auto part = plan.take(streams)) { fetch; plan.wrote(...) as bytes arrive; plan.give_back(*part); }
class PartPlan {
public:
    PartPlan(std::uint64_t size, std::uint64_t part_size, RangeSet done = RangeSet());

    /// The lowest range that nobody fetches and that is not there, so that hashing in order keeps up.
    /// nullopt: nothing is left to start (some may still be on their way). Towards the end parts get
    /// smaller, so that `streams` connections finish at about the same time; a single one takes all of the gap.
    std::optional<ByteRange> take(unsigned streams);
    /// These bytes are on disk.
    void wrote(ByteRange range) { done_.add(range); }
    /// The part is no longer being fetched. What is missing of it is handed out again.
    void give_back(ByteRange part);
    /// Nothing is there after all.
    void restart();

    bool complete() const noexcept { return done_.contains({0, size_}); }
    std::uint64_t size() const noexcept { return size_; }
    /// End of what is there without a gap from the start: as far as can be hashed.
    std::uint64_t prefix() const noexcept { return done_.run_end(0); }
    const RangeSet& done() const noexcept { return done_; }

private:
    std::uint64_t size_;
    std::uint64_t part_size_;
    RangeSet done_;
    std::vector<ByteRange> in_flight_;
};

}  // namespace hf
