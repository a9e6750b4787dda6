#include "local_hub/xet/verification.hpp"

#include "local_hub/data/storage_error.hpp"
#include "xet/merkle.hpp"

#include <hf/core/error.hpp>

#include <string>

namespace hf::local_hub {
namespace {

[[noreturn]] void refuse(const std::string& message) { throw StorageError(Refusal::invalid, message); }

template <class F>
auto well_formed(F read) {
    try {
        return read();
    } catch (const Error& error) {
        refuse(error.message());
    }
}

XorbIndexPtr stored_xorb(const FindXorb& find, const xet::Hash& hash) {
    auto out = find(hash);
    if (!out) refuse("The shard refers to the xorb " + to_text(hash) + ", which was not uploaded.");
    return out;
}

void check_listed(const xet::ShardXorb& listed, const xet::XorbFooter& stored) {
    const auto differ = [&](const std::string& what) {
        refuse("The shard lists the xorb " + to_text(listed.hash) + " with " + what + ".");
    };
    if (listed.chunks.size() != stored.chunks.size()) differ("another number of chunks than it has");
    if (listed.stored_size != 0 && listed.stored_size != stored.record_ends.back()) differ("another size than it has");
    for (std::uint32_t i = 0; i < listed.chunks.size(); ++i) {
        const xet::ShardChunk& chunk = listed.chunks[i];
        if (chunk.hash != stored.chunks[i] || chunk.size != stored.content_ends[i] - content_begin(stored, i))
            differ("another chunk " + std::to_string(i) + " than it has");
    }
}

void check_term(const xet::Term& term, const xet::Hash& proof, const xet::XorbFooter& xorb) {
    const auto differ = [&](const std::string& what) {
        refuse("A file of the shard takes chunks " + std::to_string(term.chunks.begin) + " to " +
               std::to_string(term.chunks.end) + " from the xorb " + to_text(term.xorb) + ", " + what + ".");
    };
    if (term.chunks.end > xorb.chunks.size()) differ("which has fewer");
    if (term.size != content_begin(xorb, term.chunks.end) - content_begin(xorb, term.chunks.begin))
        differ("which have another size");
    const auto chunks = std::span(xorb.chunks).subspan(term.chunks.begin, term.chunks.count());
    if (proof != xet::range_hash(chunks)) differ("and their verification hash is wrong");
}

void check_file(const xet::ShardFile& file, const FindXorb& find, std::uint64_t max_size) {
    const std::string name = "The file " + to_text(file.id) + " of the shard ";
    if (file.size() > max_size) refuse(name + "is too large.");
    if (!file.verification) refuse(name + "has no verification hashes.");
    xet::MerkleTree tree;
    for (std::size_t i = 0; i < file.terms.size(); ++i) {
        const xet::Term& term = file.terms[i];
        const auto xorb = stored_xorb(find, term.xorb);
        check_term(term, (*file.verification)[i], *xorb);
        for (std::uint32_t chunk = term.chunks.begin; chunk < term.chunks.end; ++chunk)
            tree.add(xorb->chunks[chunk], xorb->content_ends[chunk] - content_begin(*xorb, chunk));
    }
    if (const auto id = xet::file_id(tree); id != file.id) refuse(name + "has the hash " + to_text(id) + ".");
}

}  // namespace

std::uint32_t content_begin(const xet::XorbFooter& xorb, std::uint32_t chunk) {
    return chunk == 0 ? 0 : xorb.content_ends[chunk - 1];
}

std::uint32_t record_begin(const xet::XorbFooter& xorb, std::uint32_t chunk) {
    return chunk == 0 ? 0 : xorb.record_ends[chunk - 1];
}

xet::XorbFooter verified_xorb(xet::Bytes body, const xet::Hash& hash) {
    return well_formed([&] {
        const xet::XorbIndex index = xet::index_xorb(body);
        if (!index.footer && index.records_size != body.size()) refuse("The xorb goes on behind its chunks.");
        if (index.records.size() > xet::max_xorb_chunks)
            refuse("The xorb has more than " + std::to_string(xet::max_xorb_chunks) + " chunks.");
        if (index.content_size > xet::max_xorb_size)
            refuse("The content of the xorb has more than " + std::to_string(xet::max_xorb_size) + " bytes.");
        xet::XorbFooter out{hash, {}, {}, {}};
        const auto chunks = xet::hash_xorb(body, index);
        std::uint64_t content_end = 0;
        for (std::size_t i = 0; i < chunks.size(); ++i) {
            const auto& record = index.records[i];
            out.chunks.push_back(chunks[i].hash);
            out.content_ends.push_back(static_cast<std::uint32_t>(content_end += chunks[i].size));
            out.record_ends.push_back(
                static_cast<std::uint32_t>(record.offset + xet::chunk_header_size + record.header.stored_size));
        }
        if (const auto found = xet::xorb_hash(chunks); found != hash)
            refuse("The hash of the xorb is " + to_text(found) + ", not " + to_text(hash) + ".");
        if (index.footer && *index.footer != out) refuse("The footer of the xorb has other hashes than its chunks.");
        return out;
    });
}

xet::Shard verified_shard(xet::Bytes body, const FindXorb& find, std::uint64_t max_file_size) {
    xet::Shard out = well_formed([&] { return xet::parse_shard(body); });
    for (const auto& xorb : out.xorbs) check_listed(xorb, *stored_xorb(find, xorb.hash));
    for (const auto& file : out.files) check_file(file, find, max_file_size);
    return out;
}

}  // namespace hf::local_hub
