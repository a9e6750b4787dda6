#include "fuzz.hpp"

#include "xet/chunk_codec.hpp"
#include "xet/merkle.hpp"

#include <hf/core/error.hpp>

#include <algorithm>

// A record as it comes; then its content packed and read again by every scheme.
HFHUB_FUZZ_TARGET(input) {
    const auto data = std::as_bytes(std::span(input));
    static hf::xet::ChunkDecoder decoder;
    static hf::xet::ChunkEncoder encoder;
    if (data.size() > hf::xet::chunk_header_size) {
        try {
            const auto header = hf::xet::parse_chunk_header(data.first(hf::xet::chunk_header_size));
            HFHUB_PROPERTY(header.size <= hf::xet::max_chunk_size);
            const auto rest = data.subspan(hf::xet::chunk_header_size);
            std::vector<std::byte> content(header.size);
            decoder.decode(header, rest.first(std::min<std::size_t>(rest.size(), header.stored_size)), content);
        } catch (const hf::InvalidResponseError&) {
        } catch (const hf::IntegrityError&) {
        }
    }
    if (data.empty()) return;
    const auto content = data.first(std::min(data.size(), hf::xet::max_chunk_size));
    for (const auto scheme : {hf::xet::Scheme::none, hf::xet::choose_scheme(content), hf::xet::Scheme::bg4_lz4}) {
        std::vector<std::byte> record;
        const auto header = encoder.append(record, content, scheme);
        HFHUB_PROPERTY(record.size() <= content.size() + hf::xet::chunk_header_size);
        HFHUB_PROPERTY(hf::xet::parse_chunk_header(hf::xet::Bytes(record).first(hf::xet::chunk_header_size)) == header);
        std::vector<std::byte> again(content.size());
        decoder.decode(header, hf::xet::Bytes(record).subspan(hf::xet::chunk_header_size), again);
        HFHUB_PROPERTY(std::ranges::equal(again, content));
    }
}
