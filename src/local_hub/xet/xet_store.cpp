#include "local_hub/xet/xet_store.hpp"

#include "local_hub/data/storage_error.hpp"
#include "local_hub/xet/content.hpp"
#include "local_hub/xet/lfs_import.hpp"
#include "local_hub/xet/window.hpp"

#include <hf/core/hash.hpp>

#include <set>

namespace hf::local_hub {
namespace {

// Of an answer to a question for one chunk: some 10 GB of content, in 8 MB.
constexpr std::size_t answered_xorbs = 256;
constexpr std::size_t answered_chunks = 160'000;

// One in 1024 chunks answers for its neighbours (specification "Deduplication", "Global deduplication").
bool is_eligible(const xet::Hash& chunk) { return chunk.word(3) % 1024 == 0; }

}  // namespace

// The SHA-256 of a file of verified chunks, after it was made sure that there is an LFS object of it.
std::string XetStore::stored_content(const xet::ShardFile& file) {
    const std::string claimed = file.sha256 ? to_text(*file.sha256) : std::string();
    std::string found;
    if (!claimed.empty() && lfs_.size(claimed)) {
        Sha256 hasher;
        decode_terms(xorbs, file.terms, [&](xet::Bytes piece) { hasher.update(piece.data(), piece.size()); });
        found = hasher.hex();
    } else {
        LfsStore::Incoming incoming(lfs_);
        decode_terms(xorbs, file.terms, [&](xet::Bytes piece) { incoming.write(piece.data(), piece.size()); });
        found = incoming.finish_hash();
        if (claimed.empty() || claimed == found) incoming.publish(found);
    }
    if (!claimed.empty() && claimed != found)
        throw StorageError(Refusal::invalid, "The SHA-256 of the file " + to_text(file.id) + " is " + found + ", not " +
                                                 claimed + " as the shard says.");
    return found;
}

void XetStore::add_to_catalogue(const xet::ShardFile& file, const std::string& sha256) {
    // In the order of use, each xorb once.
    std::set<xet::Hash> seen;
    std::vector<std::pair<xet::Hash, xet::Hash>> leads;
    for (const auto& term : file.terms) {
        const auto index = xorbs.index(term.xorb);
        if (leads.empty()) leads.emplace_back(index->chunks[term.chunks.begin], term.xorb);
        if (!seen.insert(term.xorb).second) continue;
        for (const auto& chunk : index->chunks)
            if (is_eligible(chunk)) leads.emplace_back(chunk, term.xorb);
    }
    for (const auto& [chunk, xorb] : leads) catalogue.add_chunk(chunk, xorb);
    catalogue.add(file, sha256);
}

std::vector<XetStore::Accepted> XetStore::accept_shard(xet::Bytes body, std::uint64_t max_file_size) {
    const xet::Shard shard = verified_shard(body, finder(), max_file_size);
    std::vector<Accepted> out;
    for (const auto& file : shard.files) {
        // The empty file: it has no chunks, and its SHA-256 is left out by writing zeros.
        if (file.terms.empty()) continue;
        const auto known = catalogue.find(file.id);
        if (known && lfs_.size(known->sha256)) {
            if (file.sha256 && to_text(*file.sha256) != known->sha256)
                throw StorageError(Refusal::invalid, "The SHA-256 of the file " + to_text(file.id) + " is " +
                                                         known->sha256 + ", not " + to_text(*file.sha256) +
                                                         " as the shard says.");
            out.push_back({known->sha256, known->size});
            continue;
        }
        const std::string sha256 = stored_content(file);
        add_to_catalogue(file, sha256);
        out.push_back({sha256, file.size()});
    }
    return out;
}

xet::Reconstruction XetStore::reconstruct(const XetFile& file, ByteRange window) {
    return local_hub::reconstruct(catalogue.terms(file, window), window, finder());
}

std::optional<std::vector<std::byte>> XetStore::chunk_answer(const xet::Hash& chunk, const xet::ShardFooter& footer) {
    const auto found = catalogue.xorb_of(chunk);
    if (!found) return std::nullopt;
    xet::Shard out;
    std::size_t chunks = 0;
    for (const auto& hash : catalogue.used_together(*found, answered_xorbs)) {
        const auto index = xorbs.index(hash);
        if (!index) continue;
        chunks += index->chunks.size();
        if (!out.xorbs.empty() && chunks > answered_chunks) break;
        xet::ShardXorb& xorb = out.xorbs.emplace_back();
        xorb.hash = hash;
        xorb.stored_size = index->record_ends.back();
        for (std::uint32_t i = 0; i < index->chunks.size(); ++i)
            xorb.chunks.push_back({index->chunks[i], index->content_ends[i] - content_begin(*index, i),
                                   index->chunks[i] == chunk || is_eligible(index->chunks[i])});
    }
    out.footer = footer;
    xet::protect(out, footer.key);
    return xet::serialize_shard(out);
}

bool XetStore::identify(const std::string& sha256, const std::function<bool()>& stopped) {
    if (!catalogue.id_of(sha256).empty()) {
        catalogue.settle(sha256);
        return true;
    }
    const auto object = lfs_.open(sha256);
    if (!object) return false;
    const auto file = store_as_xorbs(xorbs, *object, stopped);
    if (!file) return false;
    add_to_catalogue(*file, sha256);
    return true;
}

}  // namespace hf::local_hub
