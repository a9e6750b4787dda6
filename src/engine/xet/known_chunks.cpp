#include "engine/xet/known_chunks.hpp"

#include "xet/merkle.hpp"

#include <algorithm>
#include <utility>

namespace hf {

namespace {

// Of a table, half of it: 16 GB of content, some 25 MB of memory.
constexpr std::size_t generation = 1u << 18;
// A store changes its key now and then. More of them are not worth a hash for each chunk.
constexpr std::size_t most_tables = 4;

}  // namespace

const KnownChunks::Place* KnownChunks::Table::find(const xet::Hash& chunk) const {
    const xet::Hash listed = key.is_zero() ? chunk : protected_hash(key, chunk);
    for (const Places* places : {&recent, &older}) {
        const auto found = places->find(listed);
        if (found != places->end()) return &found->second;
    }
    return nullptr;
}

void KnownChunks::Table::add(const xet::Hash& chunk, Place place) {
    if (recent.size() >= generation) older = std::exchange(recent, Places());
    recent.insert_or_assign(chunk, std::move(place));
}

KnownChunks::Table& KnownChunks::table(const xet::Hash& key) {
    const auto found = std::ranges::find(tables_, key, &Table::key);
    if (found != tables_.end()) return *found;
    if (tables_.size() >= most_tables) tables_.erase(tables_.begin() + 1);  // behind our own
    return tables_.emplace_back(key);
}

std::optional<KnownChunks::Place> KnownChunks::find(const xet::Hash& chunk) const {
    for (const Table& table : tables_) {
        if (const Place* place = table.find(chunk)) return *place;
    }
    return std::nullopt;
}

void KnownChunks::add(const xet::Hash& chunk, Place place) { table(xet::Hash()).add(chunk, std::move(place)); }

void KnownChunks::add(const xet::Shard& answer, std::uint64_t now) {
    const xet::ShardFooter footer = answer.footer.value_or(xet::ShardFooter());
    if (footer.expires != 0 && footer.expires <= now) return;
    table(xet::Hash());  // stays in front
    for (const xet::ShardXorb& listed : answer.xorbs) {
        const auto xorb = std::make_shared<PackedXorb>();
        xorb->hash = listed.hash;
        xorb->stored = true;
        Table& into = table(footer.key);
        std::uint32_t index = 0;
        for (const xet::ShardChunk& chunk : listed.chunks) into.add(chunk.hash, {xorb, index++});
    }
}

}  // namespace hf
