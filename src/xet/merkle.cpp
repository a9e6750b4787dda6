#include "xet/merkle.hpp"

#include "xet/blake3.hpp"

namespace hf::xet {
namespace {

// Specification "Hashing": the keys of chunks, of inner nodes and of term verification.
constexpr Hash chunk_key{{0x66, 0x97, 0xF5, 0x77, 0x5B, 0x95, 0x50, 0xDE, 0x31, 0x35, 0xCB,
                          0xAC, 0xA5, 0x97, 0x18, 0x1C, 0x9D, 0xE4, 0x21, 0x10, 0x9B, 0xEB,
                          0x2B, 0x58, 0xB4, 0xD0, 0xB0, 0x4B, 0x93, 0xAD, 0xF2, 0x29}};
constexpr Hash node_key{{0x01, 0x7E, 0xC5, 0xC7, 0xA5, 0x47, 0x29, 0x96, 0xFD, 0x94, 0x66,
                         0x66, 0xB4, 0x8A, 0x02, 0xE6, 0x5D, 0xDD, 0x53, 0x6F, 0x37, 0xC7,
                         0x6D, 0xD2, 0xF8, 0x63, 0x52, 0xE6, 0x4A, 0x53, 0x71, 0x3F}};
constexpr Hash range_key{{0x7F, 0x18, 0x57, 0xD6, 0xCE, 0x56, 0xED, 0x66, 0x12, 0x7F, 0xF9,
                          0x13, 0xE7, 0xA5, 0xC3, 0xF3, 0xA4, 0xCD, 0x26, 0xD5, 0xB5, 0xDB,
                          0x49, 0xE6, 0x41, 0x24, 0x98, 0x7F, 0x28, 0xFB, 0x94, 0xC3}};

// A group ends with a hash divisible by the mean of the tree's width, from the third node on, and with the ninth.
constexpr std::size_t min_children = 3;
constexpr std::size_t max_children = 9;
constexpr std::uint64_t mean_children = 4;

bool ends_group(std::span<const Node> group) {
    if (group.size() == max_children) return true;
    return group.size() >= min_children && group.back().hash.word(3) % mean_children == 0;
}

Node parent_of(std::span<const Node> children) {
    Node out{node_hash(children), 0};
    for (const Node& child : children) out.size += child.size;
    return out;
}

Bytes bytes_of(const Hash& hash) { return std::as_bytes(std::span(hash.bytes)); }

}  // namespace

Hash chunk_hash(Bytes content) noexcept { return blake3_keyed(chunk_key, content); }

Hash node_hash(std::span<const Node> children) {
    std::string lines;
    for (const Node& child : children) {
        lines += to_text(child.hash);
        lines += " : ";
        lines += std::to_string(child.size);
        lines += '\n';
    }
    return blake3_keyed(node_key, std::as_bytes(std::span(lines)));
}

Hash range_hash(std::span<const Hash> chunks) noexcept {
    static_assert(sizeof(Hash) == 32);
    return blake3_keyed(range_key, std::as_bytes(chunks));
}

Hash protected_hash(const Hash& key, const Hash& chunk) noexcept {
    return key.is_zero() ? chunk : blake3_keyed(key, bytes_of(chunk));
}

void MerkleTree::add(const Node& leaf) {
    ++count_;
    size_ += leaf.size;
    add_to(0, leaf);
}

void MerkleTree::add_to(std::size_t level, const Node& node) {
    if (level == levels_.size()) levels_.emplace_back();
    auto& open = levels_[level].open;
    open.push_back(node);
    if (!ends_group(open)) return;
    const Node parent = parent_of(open);
    open.clear();
    levels_[level].closed_any = true;
    add_to(level + 1, parent);
}

Hash MerkleTree::root() const {
    if (count_ == 0) return Hash();
    MerkleTree rest = *this;
    // What is open at the end of a level is a group, however short; a level of a single node is the root.
    for (std::size_t level = 0;; ++level) {
        const auto& [open, closed_any] = rest.levels_[level];
        if (!closed_any && open.size() == 1) return open[0].hash;
        if (!open.empty()) {
            const Node parent = parent_of(open);
            rest.add_to(level + 1, parent);
        }
    }
}

Hash xorb_hash(std::span<const Node> chunks) {
    MerkleTree tree;
    for (const Node& chunk : chunks) tree.add(chunk);
    return tree.root();
}

Hash file_id(const MerkleTree& chunks, const Hash& salt) {
    if (chunks.count() == 0) return Hash();
    const Hash root = chunks.root();
    return blake3_keyed(salt, bytes_of(root));
}

}  // namespace hf::xet
