#pragma once

#include "xet/chunk_codec.hpp"
#include "xet/merkle.hpp"

#include <optional>
#include <vector>

namespace hf::xet {

/// Limits of what we write (specification "Xorb format" and "Deduplication"). Others may have more chunks, so reading
/// is bounded by the input alone.
inline constexpr std::size_t max_xorb_size = 64 * 1024 * 1024;
inline constexpr std::size_t max_xorb_chunks = 8192;

struct ChunkRecord {
    ChunkHeader header;
    Bytes stored;
};

/// Takes a known number of records from a xorb's bytes as they arrive: of a whole one or of a range.
///
///     while (auto record = reader.next(data)) decoder.decode(record->header, record->stored, ...);
class RecordReader {
public:
    explicit RecordReader(std::uint32_t count) : missing_(count) {}

    /// Reads from the front of `data` and moves it on. nullopt: all of `data` is read and the next record needs more,
    /// or all records were read. The record is valid until the next call and while `data` is. Throws
    /// InvalidResponseError where no record begins, also where the footer of the xorb does. Holds one record at most.
    std::optional<ChunkRecord> next(Bytes& data);
    bool complete() const noexcept { return missing_ == 0; }
    /// The input has ended: throws IntegrityError where records are missing.
    void finish() const;

private:
    std::optional<ChunkRecord> gathered(Bytes& data);

    std::uint32_t missing_;
    std::vector<std::byte> partial_;  // the begin of a record that does not lie in one piece
};

/// What servers store behind the records ("Xorb footer", version 1).
struct XorbFooter {
    Hash xorb;
    std::vector<Hash> chunks;
    std::vector<std::uint32_t> record_ends;   ///< where each record ends, its header included
    std::vector<std::uint32_t> content_ends;  ///< the same in the content of all chunks

    friend bool operator==(const XorbFooter&, const XorbFooter&) = default;
};

/// A whole xorb, as far as headers tell.
struct XorbIndex {
    struct Entry {
        std::uint64_t offset = 0;  ///< of the record
        ChunkHeader header;
    };
    std::vector<Entry> records;
    std::uint64_t content_size = 0;    ///< of all chunks
    std::uint64_t records_size = 0;    ///< where the records end; something may follow
    std::optional<XorbFooter> footer;  ///< agrees with the records

    ChunkRecord record(Bytes xorb, std::size_t index) const;
};

/// Reads the headers of a xorb with or without footer. At the end less than a header may be left over, as in the
/// published reference file. Throws InvalidResponseError: no records, a record that is cut off, a footer that breaks
/// its format or does not agree with the records.
XorbIndex index_xorb(Bytes xorb);
/// Decodes all chunks and hashes them: `xorb_hash` of the result is the xorb's hash. Throws IntegrityError.
std::vector<Node> hash_xorb(Bytes xorb, const XorbIndex& index);

/// From the letters XETBLOB to the end. Throws InvalidResponseError.
XorbFooter parse_xorb_footer(Bytes footer);
void append_xorb_footer(std::vector<std::byte>& out, const XorbFooter& footer);

struct SerializedXorb {
    Hash hash;
    std::vector<std::byte> body;  ///< the records, as they are uploaded: without a footer
    std::vector<Node> chunks;
    std::vector<std::uint32_t> record_ends;
    std::uint64_t content_size = 0;

    XorbFooter footer() const;
};

/// Packs chunks into a xorb. The same chunks in the same order give the same bytes.
class XorbWriter {
public:
    /// Whether a chunk of this size has room, however badly it compresses.
    bool fits(std::size_t size) const noexcept;
    /// Memory for that much content.
    void reserve(std::size_t content) { xorb_.body.reserve(content + content / 1024); }
    /// Another file begins: what compresses well is found out anew.
    void next_file() noexcept { until_choice_ = 0; }
    /// Adds a chunk that fits, of 1 to `max_chunk_size` bytes with this `chunk_hash`. Returns its index.
    std::uint32_t add(const Hash& hash, Bytes content);

    std::size_t count() const noexcept { return xorb_.chunks.size(); }
    bool empty() const noexcept { return xorb_.chunks.empty(); }
    std::uint64_t content_size() const noexcept { return xorb_.content_size; }

    /// The xorb of what was added. The writer is empty then. Not for an empty one.
    SerializedXorb finish();

private:
    ChunkEncoder encoder_;
    SerializedXorb xorb_;
    Scheme scheme_ = Scheme::lz4;
    unsigned until_choice_ = 0;
};

}  // namespace hf::xet
