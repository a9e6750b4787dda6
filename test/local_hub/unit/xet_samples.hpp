#pragma once

#include "local_hub/data/storage_error.hpp"
#include "local_hub/xet/verification.hpp"
#include "xet/merkle.hpp"
#include "xet/shard.hpp"
#include "xet/xorb.hpp"

#include <hf/core/hash.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hf::xet {
inline std::ostream& operator<<(std::ostream& out, const Hash& hash) { return out << to_text(hash); }
}  // namespace hf::xet

namespace hf::test {

inline xet::Bytes bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }
inline std::string text_of(xet::Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

inline xet::Hash hash_of_bytes(std::uint8_t byte) {
    xet::Hash out;
    out.bytes.fill(byte);
    return out;
}

/// Bytes that do not compress, by splitmix64.
inline std::string noise(std::uint64_t seed, std::size_t size) {
    std::string out;
    while (out.size() < size) {
        std::uint64_t z = seed += 0x9E3779B97F4A7C15;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
        z = (z ^ z >> 27) * 0x94D049BB133111EB;
        z ^= z >> 31;
        for (int i = 0; i < 8; ++i, z >>= 8) out += static_cast<char>(z & 255);
    }
    out.resize(size);
    return out;
}

inline xet::SerializedXorb xorb_of(const std::vector<std::string>& chunks) {
    xet::XorbWriter writer;
    for (const auto& chunk : chunks) writer.add(xet::chunk_hash(bytes_of(chunk)), bytes_of(chunk));
    return writer.finish();
}

inline xet::ShardXorb listed(const xet::SerializedXorb& xorb) {
    xet::ShardXorb out;
    out.hash = xorb.hash;
    out.stored_size = static_cast<std::uint32_t>(xorb.body.size());
    for (const auto& chunk : xorb.chunks)
        out.chunks.push_back({chunk.hash, static_cast<std::uint32_t>(chunk.size), false});
    return out;
}

/// A file of ranges of a xorb, with everything right.
inline xet::ShardFile file_of(const xet::SerializedXorb& xorb, const std::vector<xet::ChunkRange>& ranges,
                              std::string_view content) {
    xet::ShardFile out;
    xet::MerkleTree tree;
    out.verification.emplace();
    for (const auto& range : ranges) {
        std::vector<xet::Hash> hashes;
        std::uint32_t size = 0;
        for (std::uint32_t i = range.begin; i < range.end; ++i) {
            const xet::Node& chunk = xorb.chunks[i];
            tree.add(chunk);
            hashes.push_back(chunk.hash);
            size += static_cast<std::uint32_t>(chunk.size);
        }
        out.terms.push_back({xorb.hash, range, size});
        out.verification->push_back(xet::range_hash(hashes));
    }
    out.id = xet::file_id(tree);
    Sha256 hasher;
    hasher.update(content);
    out.sha256 = xet::parse_hash(hasher.hex());
    return out;
}

/// Whether `call` is refused as invalid, in these words.
template <class Call>
void check_refused(Call call, std::string_view words) {
    try {
        call();
        BOOST_ERROR("not refused; expected: " << words);
    } catch (const local_hub::StorageError& error) {
        BOOST_TEST((error.refusal == local_hub::Refusal::invalid));
        const std::string_view message = error.what();
        BOOST_TEST(message.find(words) != message.npos, message << " has no '" << words << "'");
    }
}

}  // namespace hf::test
