#include "xet/shard.hpp"

#include "xet/chunker.hpp"
#include "xet/format.hpp"
#include "xet/merkle.hpp"
#include "xet/shard_layout.hpp"

#include <algorithm>

namespace hf::xet {
namespace {

using namespace shard_layout;

constexpr std::string_view shard_name = "shard";

std::string at(const Cursor& cursor) { return " at byte " + std::to_string(cursor.position()); }

// A count that comes from outside, of entries of which `each` are needed.
std::size_t count(Cursor& cursor, std::size_t each) {
    const std::size_t out = cursor.u32();
    if (out > cursor.left() / entry_size / each)
        throw_malformed(shard_name, "counts more entries than it has bytes for" + at(cursor));
    return out;
}

// The hash that an entry begins with; nullopt for the bookend.
std::optional<Hash> begin_entry(Cursor& cursor, std::string_view list) {
    if (cursor.left() < entry_size)
        throw_malformed(shard_name, "has no bookend behind its " + std::string(list) + at(cursor));
    const Hash hash = cursor.hash();
    if (hash != bookend) return hash;
    cursor.skip(entry_size - 32);
    return std::nullopt;
}

Term parse_term(Cursor& cursor) {
    Term out;
    out.xorb = cursor.hash();
    cursor.skip(4);  // flags, none known
    out.size = cursor.u32();
    out.chunks.begin = cursor.u32();
    out.chunks.end = cursor.u32();
    if (const char* problem = problem_of(out)) throw_malformed(shard_name, problem + at(cursor));
    return out;
}

ShardFile parse_file(Cursor& cursor, const Hash& id) {
    ShardFile out;
    out.id = id;
    const std::uint32_t flags = cursor.u32();
    if ((flags & ~(file_has_verification | file_has_sha256)) != 0)
        throw_malformed(shard_name, "has a file with unknown flags" + at(cursor));
    const bool verified = flags & file_has_verification;
    const std::size_t terms = count(cursor, verified ? 2 : 1);
    cursor.skip(8);
    out.terms.reserve(terms);
    for (std::size_t i = 0; i < terms; ++i) out.terms.push_back(parse_term(cursor));
    if (verified) {
        out.verification.emplace().reserve(terms);
        for (std::size_t i = 0; i < terms; ++i) {
            out.verification->push_back(cursor.hash());
            cursor.skip(16);
        }
    }
    if (flags & file_has_sha256) {
        out.sha256 = cursor.hash();
        cursor.skip(16);
    }
    return out;
}

ShardXorb parse_xorb(Cursor& cursor, const Hash& hash) {
    ShardXorb out;
    out.hash = hash;
    cursor.skip(4);  // flags, none known
    const std::size_t chunks = count(cursor, 1);
    const std::uint32_t content_size = cursor.u32();
    out.stored_size = cursor.u32();
    out.chunks.reserve(chunks);
    std::uint64_t end = 0;
    for (std::size_t i = 0; i < chunks; ++i) {
        ShardChunk chunk;
        chunk.hash = cursor.hash();
        const std::uint32_t offset = cursor.u32();
        chunk.size = cursor.u32();
        chunk.answers_queries = cursor.u32() & chunk_answers_queries;
        cursor.skip(4);
        if (chunk.size == 0 || chunk.size > max_chunk_size)
            throw_malformed(shard_name, "has a chunk of " + std::to_string(chunk.size) + " bytes" + at(cursor));
        if (offset != end) throw_malformed(shard_name, "has a chunk that does not follow the one before" + at(cursor));
        end += chunk.size;
        out.chunks.push_back(chunk);
    }
    if (end != content_size)
        throw_malformed(shard_name, "has a xorb of another size than its chunks have together" + at(cursor));
    return out;
}

struct Sections {
    std::size_t files = 0, xorbs = 0, end = 0;
};

ShardFooter parse_footer(Cursor cursor, const Sections& sections, std::size_t begin) {
    const auto contradiction = [] { throw_malformed(shard_name, "has a footer that contradicts its lists"); };
    if (cursor.u64() != footer_version) throw_malformed(shard_name, "has a footer of unknown version");
    if (cursor.u64() != sections.files || cursor.u64() != sections.xorbs) contradiction();
    for (const std::size_t size : lookup_entry_sizes) {
        const std::uint64_t offset = cursor.u64(), entries = cursor.u64();
        if (entries == 0) continue;
        if (offset < sections.end || offset > begin || entries > (begin - offset) / size) contradiction();
    }
    ShardFooter out;
    out.key = cursor.hash();
    out.created = cursor.u64();
    out.expires = cursor.u64();
    cursor.skip(6 * 8 + 3 * 8);  // reserved, and sums
    if (cursor.u64() != begin) contradiction();
    return out;
}

}  // namespace

std::uint64_t ShardFile::size() const noexcept {
    std::uint64_t out = 0;
    for (const Term& term : terms) out += term.size;
    return out;
}

std::uint64_t ShardXorb::content_size() const noexcept {
    std::uint64_t out = 0;
    for (const ShardChunk& chunk : chunks) out += chunk.size;
    return out;
}

Shard parse_shard(Bytes shard) {
    Cursor cursor(shard, shard_name);
    if (!std::ranges::equal(cursor.take(tag.size()), std::as_bytes(std::span(tag))))
        throw_malformed(shard_name, "has a foreign tag");
    if (const auto found = cursor.u64(); found != version)
        throw_malformed(shard_name, "has the unknown version " + std::to_string(found));
    const std::uint64_t footer = cursor.u64();
    if (footer != 0 && footer != footer_size)
        throw_malformed(shard_name, "has a footer of " + std::to_string(footer) + " bytes");

    Shard out;
    Sections sections;
    sections.files = cursor.position();
    while (const auto id = begin_entry(cursor, "files")) out.files.push_back(parse_file(cursor, *id));
    sections.xorbs = cursor.position();
    while (const auto hash = begin_entry(cursor, "xorbs")) out.xorbs.push_back(parse_xorb(cursor, *hash));
    sections.end = cursor.position();
    // Some shards announce a footer and end without, the published example of one without footer among them.
    if (cursor.left() == 0) return out;
    if (footer == 0) throw_malformed(shard_name, "goes on behind its end" + at(cursor));
    if (cursor.left() < footer_size) throw_malformed(shard_name, "ends within its footer");
    const std::size_t begin = shard.size() - footer_size;
    out.footer = parse_footer(Cursor(shard.subspan(begin), shard_name), sections, begin);
    return out;
}

void protect(Shard& shard, const Hash& key) {
    for (ShardXorb& xorb : shard.xorbs) {
        for (ShardChunk& chunk : xorb.chunks) chunk.hash = protected_hash(key, chunk.hash);
    }
    if (!shard.footer) shard.footer.emplace();
    shard.footer->key = key;
}

}  // namespace hf::xet
