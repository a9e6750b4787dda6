#pragma once

#include "xet/chunker.hpp"
#include "xet/hash.hpp"

#include <memory>
#include <vector>

struct LZ4F_cctx_s;
struct LZ4F_dctx_s;

namespace hf::xet {

/// How the content of a chunk is stored (specification "Xorb format", "Compression schemes").
enum class Scheme : std::uint8_t {
    none = 0,
    lz4 = 1,      ///< an LZ4 frame
    bg4_lz4 = 2,  ///< the same after all bytes were grouped by their position modulo four
};

inline constexpr std::size_t chunk_header_size = 8;
/// What a header may say: twice the largest chunk, as the reference allows.
inline constexpr std::size_t max_stored_chunk_size = 2 * max_chunk_size;

/// What stands before a chunk in a xorb ("Chunk header").
struct ChunkHeader {
    Scheme scheme = Scheme::none;
    std::uint32_t stored_size = 0;  ///< of what follows the header
    std::uint32_t size = 0;         ///< of the content

    friend bool operator==(const ChunkHeader&, const ChunkHeader&) = default;
};

/// Reads `chunk_header_size` bytes. Throws InvalidResponseError: another version, an unknown scheme, a size of zero or
/// beyond the limits, or two sizes where nothing is compressed.
ChunkHeader parse_chunk_header(Bytes header);
std::array<std::byte, chunk_header_size> chunk_header_bytes(const ChunkHeader& header) noexcept;

/// Whether grouping the bytes of such content helps: where the four positions differ in how many bits are set.
Scheme choose_scheme(Bytes content);

/// Groups the bytes of `from` by their position modulo four, and back. Both have the same size.
void group_bytes(Bytes from, std::span<std::byte> to);
void ungroup_bytes(Bytes from, std::span<std::byte> to);

/// Writes records of chunks. Keeps its memory from one to the next; one thread at a time.
class ChunkEncoder {
public:
    ChunkEncoder();

    /// Appends header and content: compressed by `scheme`, or as it is where that saves nothing. `content` has 1 to
    /// `max_chunk_size` bytes. The same content gives the same bytes.
    ChunkHeader append(std::vector<std::byte>& out, Bytes content, Scheme scheme);

private:
    struct Free {
        void operator()(LZ4F_cctx_s* context) const noexcept;
    };
    std::unique_ptr<LZ4F_cctx_s, Free> context_;
    std::vector<std::byte> grouped_, frame_;
};

/// Reads what `ChunkEncoder` and others write. Keeps its memory; one thread at a time. After an error it can be used
/// again.
class ChunkDecoder {
public:
    ChunkDecoder();

    /// `stored` follows `header`, and `out` has `header.size` bytes. Throws IntegrityError unless it decodes to exactly
    /// that many bytes; never writes more, and decodes no further.
    void decode(const ChunkHeader& header, Bytes stored, std::span<std::byte> out);
    /// The same without a copy where there is nothing to decode: what it gives is `stored` or the begin of `room`,
    /// which has `max_chunk_size` bytes at least.
    Bytes content(const ChunkHeader& header, Bytes stored, std::span<std::byte> room);

private:
    void decode_lz4(Bytes stored, std::span<std::byte> out);

    struct Free {
        void operator()(LZ4F_dctx_s* context) const noexcept;
    };
    std::unique_ptr<LZ4F_dctx_s, Free> context_;
    std::vector<std::byte> grouped_;
};

}  // namespace hf::xet
