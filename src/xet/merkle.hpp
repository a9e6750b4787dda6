#pragma once

#include "xet/hash.hpp"

#include <vector>

namespace hf::xet {

/// A chunk or inner node: its hash and how many bytes of content it stands for.
struct Node {
    Hash hash;
    std::uint64_t size = 0;

    friend bool operator==(const Node&, const Node&) = default;
};

/// The hash of a chunk's content (specification "Hashing", "Chunk hashes").
Hash chunk_hash(Bytes content) noexcept;
/// The hash of an inner node ("Xorb hashes").
Hash node_hash(std::span<const Node> children);
/// The hash by which a shard proves that its writer has the chunks of a term ("Term verification hashes").
Hash range_hash(std::span<const Hash> chunks) noexcept;
/// How a chunk is listed in an answer of global deduplication whose footer has `key`: under a keyed hash of its hash.
/// A key of zeros means that nothing is keyed ("Shard format", "HMAC key protection").
Hash protected_hash(const Hash& key, const Hash& chunk) noexcept;

/// The Merkle tree over chunks that come one after the other. Keeps a few nodes per level, no matter how many chunks:
/// where groups end depends on nothing that comes later.
class MerkleTree {
public:
    void add(const Node& leaf);
    void add(const Hash& hash, std::uint64_t size) { add(Node{hash, size}); }

    /// Over what came so far, which may go on afterwards. No chunk: zeros. One chunk: its hash.
    Hash root() const;
    std::uint64_t count() const noexcept { return count_; }  ///< chunks
    std::uint64_t size() const noexcept { return size_; }    ///< bytes

private:
    struct Level {
        std::vector<Node> open;  // the group that has not ended
        bool closed_any = false;
    };
    void add_to(std::size_t level, const Node& node);

    std::vector<Level> levels_;
    std::uint64_t count_ = 0, size_ = 0;
};

/// The hash of a xorb: the root over its chunks.
Hash xorb_hash(std::span<const Node> chunks);
/// The id of a file: the root over its chunks, hashed once more under `salt` (zeros on the Hub; "File hashes").
/// A file without chunks has the id of zeros.
Hash file_id(const MerkleTree& chunks, const Hash& salt = Hash());

}  // namespace hf::xet
