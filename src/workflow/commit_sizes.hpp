#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace hf {

/// How much goes into each of several commits: more while the Hub is quick, less when it is slow, and never again
/// as much as it refused. Pure.
class CommitSizes {
public:
    /// Whether a commit may have `operations` with `bytes` of content in it; one operation always fits.
    bool fits(std::size_t operations, std::uint64_t bytes) const;

    void made(std::size_t operations, std::uint64_t bytes, std::chrono::steady_clock::duration took);
    /// The Hub did not take it; false if there is nothing smaller to try.
    bool refused(std::size_t operations, std::uint64_t bytes);

private:
    static constexpr std::size_t most_operations = 10'000;
    static constexpr std::uint64_t most_bytes = 1u << 30;

    // To begin with: as many as one preupload request asks for.
    std::size_t operations_ = 256, safe_operations_ = most_operations;
    std::uint64_t bytes_ = 64u << 20, safe_bytes_ = most_bytes;
};

}  // namespace hf
