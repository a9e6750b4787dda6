#pragma once

#include "xet/hash.hpp"

namespace hf::xet {

/// Chunks of a xorb, by their index.
struct ChunkRange {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;  ///< exclusive

    std::uint32_t count() const noexcept { return end - begin; }
    bool contains(const ChunkRange& other) const noexcept { return begin <= other.begin && other.end <= end; }
    friend bool operator==(const ChunkRange&, const ChunkRange&) = default;
    friend auto operator<=>(const ChunkRange&, const ChunkRange&) = default;
};

/// A stretch of a file: some chunks of a xorb ("File reconstruction").
struct Term {
    Hash xorb;
    ChunkRange chunks;
    std::uint32_t size = 0;  ///< of the content of these chunks

    friend bool operator==(const Term&, const Term&) = default;
};

/// Null, or what is wrong with the numbers of a term.
const char* problem_of(const Term& term) noexcept;

}  // namespace hf::xet
