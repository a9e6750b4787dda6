#include "workflow/commit_sizes.hpp"

#include <algorithm>

namespace hf {

namespace {

// The edge of the Hub ends a request after 60 s. The reference client aims at 40 s.
constexpr std::chrono::seconds quick{20}, slow{40};

}  // namespace

bool CommitSizes::fits(std::size_t operations, std::uint64_t bytes) const {
    return operations <= 1 || (operations <= operations_ && bytes <= bytes_);
}

void CommitSizes::made(std::size_t operations, std::uint64_t bytes, std::chrono::steady_clock::duration took) {
    if (took < quick) {
        // What was not used up has not been tried.
        if (operations * 2 > operations_) operations_ = std::min(operations_ * 2, safe_operations_);
        if (bytes * 2 > bytes_) bytes_ = std::min(bytes_ * 2, safe_bytes_);
    } else if (took > slow) {
        operations_ = std::max<std::size_t>(1, std::min(operations_, operations / 2));
        if (bytes > 0) bytes_ = std::max<std::uint64_t>(1, std::min(bytes_, bytes / 2));
    }
}

bool CommitSizes::refused(std::size_t operations, std::uint64_t bytes) {
    if (operations <= 1) return false;
    operations_ = safe_operations_ = operations / 2;
    // LFS files alone say nothing of content within a commit.
    if (bytes > 0) bytes_ = safe_bytes_ = std::max<std::uint64_t>(1, bytes / 2);
    return true;
}

}  // namespace hf
