#pragma once

#include "xet/hash.hpp"

namespace hf::xet {

/// Sizes of chunks (specification "Content-defined chunking"): only the last of a file may be below the minimum. They
/// are what we cut; what others cut is bounded by `max_chunk_size` alone.
inline constexpr std::size_t min_chunk_size = 8 * 1024;
inline constexpr std::size_t target_chunk_size = 64 * 1024;
inline constexpr std::size_t max_chunk_size = 128 * 1024;

/// Finds where the chunks of a file end, with the Gearhash of the last 64 bytes. The file comes in pieces of any size.
///
///     while (!data.empty()) {
///         const std::size_t taken = chunker.take(data);
///         ... the first `taken` bytes belong to the open chunk; if (chunker.at_boundary()) it ends with them ...
///         data = data.subspan(taken);
///     }
///     the rest of the file, chunker.open_size() bytes, is a chunk as well, unless it is empty
class Chunker {
public:
    /// Reads up to the end of a chunk or of `data`. Returns how many bytes that were: 0 only for empty data.
    std::size_t take(Bytes data) noexcept;
    /// The bytes that `take` read last are the end of a chunk.
    bool at_boundary() const noexcept { return at_boundary_; }
    /// The size so far of the chunk that has not ended.
    std::size_t open_size() const noexcept { return at_boundary_ ? 0 : size_; }
    /// As newly made: the next byte is the first of a chunk.
    void restart() noexcept { *this = Chunker(); }

private:
    std::uint64_t hash_ = 0;
    std::size_t size_ = 0;
    bool at_boundary_ = false;
};

/// One step of the rolling hash.
std::uint64_t gear_step(std::uint64_t hash, std::byte next) noexcept;

}  // namespace hf::xet
