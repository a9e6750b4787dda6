#pragma once

#include "xet/term.hpp"

#include <optional>
#include <vector>

namespace hf::xet {

/// Of one that is uploaded (specification "Shard upload").
inline constexpr std::size_t max_shard_size = 64 * 1024 * 1024;

/// How a file is put together from chunks ("Shard format", "File info").
struct ShardFile {
    Hash id;
    std::vector<Term> terms;
    /// The `range_hash` of each term: proof that the writer has its chunks.
    std::optional<std::vector<Hash>> verification;
    /// SHA-256 of the content, for repositories that know their files by it. Like all hashes `to_text` shows it as
    /// people write it, so `parse_hash` makes it from 64 digits; its bytes are not those of the digest.
    std::optional<Hash> sha256;

    std::uint64_t size() const noexcept;  ///< of the content
    friend bool operator==(const ShardFile&, const ShardFile&) = default;
};

struct ShardChunk {
    Hash hash;
    std::uint32_t size = 0;
    /// Set by servers where a chunk begins a file or is eligible: queries for it are answered.
    bool answers_queries = false;

    friend bool operator==(const ShardChunk&, const ShardChunk&) = default;
};

/// A xorb and its chunks ("CAS info").
struct ShardXorb {
    Hash hash;
    std::uint32_t stored_size = 0;  ///< of its records; 0 where the writer does not say
    std::vector<ShardChunk> chunks;

    std::uint64_t content_size() const noexcept;
    friend bool operator==(const ShardXorb&, const ShardXorb&) = default;
};

/// What answers of global deduplication have at their end ("Shard footer"). What else it says follows from the shard.
struct ShardFooter {
    Hash key;                   ///< chunks are listed by their `protected_hash` under it
    std::uint64_t created = 0;  ///< seconds since 1970
    std::uint64_t expires = 0;  ///< the same; 0: never

    friend bool operator==(const ShardFooter&, const ShardFooter&) = default;
};

struct Shard {
    std::vector<ShardFile> files;
    std::vector<ShardXorb> xorbs;
    std::optional<ShardFooter> footer;

    friend bool operator==(const Shard&, const Shard&) = default;
};

/// Reads a whole shard. Tables for lookups are skipped: they repeat what the lists say. Throws InvalidResponseError: a
/// foreign tag, unknown versions or flags, counts beyond the input, missing bookends, terms and chunks whose numbers
/// cannot be, sums that do not add up, a footer that contradicts the lists, bytes behind the end. A footer may be
/// announced and left out as a whole.
Shard parse_shard(Bytes shard);

/// Files and xorbs are written in the order of their hashes, which readers rely on. A file that has verification hashes
/// has as many as terms.
std::vector<std::byte> serialize_shard(const Shard& shard);
/// How many bytes that gives.
std::size_t serialized_size(const Shard& shard) noexcept;

/// Lists all chunks under `key`, as servers do in answers, and says so in the footer.
void protect(Shard& shard, const Hash& key);

}  // namespace hf::xet
