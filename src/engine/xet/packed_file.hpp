#pragma once

#include "engine/xet/packed_xorb.hpp"
#include "xet/merkle.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hf {

/// What a file is put together from, chunk by chunk, as a shard says it.
class PackedFile {
public:
    /// The next chunk of the file is this one of `xorb`.
    void add(std::shared_ptr<const PackedXorb> xorb, std::uint32_t index, const xet::Node& chunk);

    /// Whether `run` more chunks that lie elsewhere are better stored once more: where a file is already scattered,
    /// fetching it takes a request for each few of its chunks (as the reference judges it).
    bool is_too_scattered_for(std::size_t run);

    /// That was the last chunk.
    void finish() { close(); }
    /// Whether the store has all of it.
    bool is_stored() const;
    /// Its entry, once that is so. `sha256`: 64 digits.
    xet::ShardFile listing(const std::string& sha256) const;

private:
    struct Stretch {
        Stretch(std::shared_ptr<const PackedXorb> xorb, std::uint32_t index)
            : xorb(std::move(xorb)), chunks{index, index} {}

        std::shared_ptr<const PackedXorb> xorb;
        xet::ChunkRange chunks;
        std::uint32_t size = 0;
        xet::Hash verification;
    };
    void close();

    xet::MerkleTree tree_;
    std::vector<Stretch> terms_;
    std::optional<Stretch> open_;
    std::vector<xet::Hash> open_chunks_;
    std::deque<std::uint32_t> last_;  // lengths of the last terms
    std::uint64_t last_sum_ = 0;
    bool wary_ = false;
};

}  // namespace hf
