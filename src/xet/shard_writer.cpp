#include "xet/format.hpp"
#include "xet/shard.hpp"
#include "xet/shard_layout.hpp"

#include <algorithm>

namespace hf::xet {
namespace {

using namespace shard_layout;

template <class T, class Key>
std::vector<const T*> sorted(const std::vector<T>& list, Key key) {
    std::vector<const T*> out;
    out.reserve(list.size());
    for (const T& item : list) out.push_back(&item);
    std::ranges::stable_sort(out, [&](const T* a, const T* b) { return a->*key < b->*key; });
    return out;
}

void append_zeros(std::vector<std::byte>& out, std::size_t size) { out.resize(out.size() + size); }

void append_hash_entry(std::vector<std::byte>& out, const Hash& hash) {
    append(out, hash);
    append_zeros(out, entry_size - 32);
}

void append_file(std::vector<std::byte>& out, const ShardFile& file) {
    std::uint32_t flags = 0;
    if (file.verification) flags |= file_has_verification;
    if (file.sha256) flags |= file_has_sha256;
    append(out, file.id);
    append_u32(out, flags);
    append_u32(out, static_cast<std::uint32_t>(file.terms.size()));
    append_zeros(out, 8);
    for (const Term& term : file.terms) {
        append(out, term.xorb);
        append_u32(out, 0);
        append_u32(out, term.size);
        append_u32(out, term.chunks.begin);
        append_u32(out, term.chunks.end);
    }
    if (file.verification) {
        for (const Hash& hash : *file.verification) append_hash_entry(out, hash);
    }
    if (file.sha256) append_hash_entry(out, *file.sha256);
}

void append_xorb(std::vector<std::byte>& out, const ShardXorb& xorb) {
    append(out, xorb.hash);
    append_u32(out, 0);
    append_u32(out, static_cast<std::uint32_t>(xorb.chunks.size()));
    append_u32(out, static_cast<std::uint32_t>(xorb.content_size()));
    append_u32(out, xorb.stored_size);
    std::uint32_t offset = 0;
    for (const ShardChunk& chunk : xorb.chunks) {
        append(out, chunk.hash);
        append_u32(out, offset);
        append_u32(out, chunk.size);
        append_u32(out, chunk.answers_queries ? chunk_answers_queries : 0);
        append_u32(out, 0);
        offset += chunk.size;
    }
}

void append_footer(std::vector<std::byte>& out, const Shard& shard, std::size_t xorbs_begin) {
    const std::uint64_t begin = out.size();
    std::uint64_t on_disk = 0, materialized = 0, stored = 0;
    for (const ShardFile& file : shard.files) materialized += file.size();
    for (const ShardXorb& xorb : shard.xorbs) {
        on_disk += xorb.stored_size;
        stored += xorb.content_size();
    }
    append_u64(out, footer_version);
    append_u64(out, entry_size);
    append_u64(out, xorbs_begin);
    // There are no tables; where they would be, all the same.
    for (std::size_t i = 0; i < lookup_entry_sizes.size(); ++i) {
        append_u64(out, begin);
        append_u64(out, 0);
    }
    append(out, shard.footer->key);
    append_u64(out, shard.footer->created);
    append_u64(out, shard.footer->expires);
    append_zeros(out, 6 * 8);
    for (const std::uint64_t number : {on_disk, materialized, stored, begin}) append_u64(out, number);
}

}  // namespace

std::size_t serialized_size(const Shard& shard) noexcept {
    std::size_t entries = 3;  // header and bookends
    for (const ShardFile& file : shard.files)
        entries += 1 + file.terms.size() * (file.verification ? 2 : 1) + (file.sha256 ? 1 : 0);
    for (const ShardXorb& xorb : shard.xorbs) entries += 1 + xorb.chunks.size();
    return entries * entry_size + (shard.footer ? footer_size : 0);
}

std::vector<std::byte> serialize_shard(const Shard& shard) {
    std::vector<std::byte> out;
    out.reserve(serialized_size(shard));
    append(out, std::as_bytes(std::span(tag)));
    append_u64(out, version);
    append_u64(out, shard.footer ? footer_size : 0);
    for (const ShardFile* file : sorted(shard.files, &ShardFile::id)) append_file(out, *file);
    append_hash_entry(out, bookend);
    const std::size_t xorbs_begin = out.size();
    for (const ShardXorb* xorb : sorted(shard.xorbs, &ShardXorb::hash)) append_xorb(out, *xorb);
    append_hash_entry(out, bookend);
    if (shard.footer) append_footer(out, shard, xorbs_begin);
    return out;
}

}  // namespace hf::xet
