#include "local_hub/xet/content.hpp"

#include <algorithm>
#include <stdexcept>
#include <vector>

namespace hf::local_hub {
namespace {

constexpr std::size_t read_size = 256u << 10;

}  // namespace

void decode_terms(XorbStore& xorbs, std::span<const xet::Term> terms, const std::function<void(xet::Bytes)>& take) {
    xet::ChunkDecoder decoder;
    std::vector<std::byte> buffer(read_size), room(xet::max_chunk_size);
    for (const xet::Term& term : terms) {
        const auto file = xorbs.open(term.xorb);
        const auto index = xorbs.index(term.xorb);
        if (!file || !index) throw std::runtime_error("the xorb " + to_text(term.xorb) + " is missing");
        xet::RecordReader reader(term.chunks.count());
        std::uint64_t at = record_begin(*index, term.chunks.begin);
        const std::uint64_t end = record_begin(*index, term.chunks.end);
        while (at < end) {
            const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), end - at));
            const std::size_t got = file->read_at(buffer.data(), wanted, at);
            if (got == 0) break;
            at += got;
            xet::Bytes rest(buffer.data(), got);
            while (const auto record = reader.next(rest)) {
                take(decoder.content(record->header, record->stored, room));
            }
        }
        reader.finish();
    }
}

}  // namespace hf::local_hub
