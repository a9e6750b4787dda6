#pragma once

#include "engine/xet/packed_xorb.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

namespace hf {

/// Where chunks lie in xorbs that the store has, or will have before a file refers to them. Bounded: what was added
/// long ago is forgotten, which costs sending it again. On a strand.
class KnownChunks {
public:
    struct Place {
        std::shared_ptr<const PackedXorb> xorb;
        std::uint32_t index = 0;
    };

    /// nullopt: as far as is known nobody has it.
    std::optional<Place> find(const xet::Hash& chunk) const;
    void add(const xet::Hash& chunk, Place place);
    /// An answer of global deduplication (specification "Deduplication"). One that has expired at `now`, in seconds
    /// since 1970, is left out.
    void add(const xet::Shard& answer, std::uint64_t now);

private:
    using Places = std::unordered_map<xet::Hash, Place>;
    /// Chunks by their hashes, protected by one key, in two generations of which the older one is forgotten as a whole.
    struct Table {
        explicit Table(const xet::Hash& key) : key(key) {}
        const Place* find(const xet::Hash& chunk) const;
        void add(const xet::Hash& chunk, Place place);

        xet::Hash key;
        Places recent, older;
    };
    Table& table(const xet::Hash& key);

    std::vector<Table> tables_;
};

}  // namespace hf
