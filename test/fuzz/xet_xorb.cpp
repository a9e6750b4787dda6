#include "fuzz.hpp"

#include "xet/xorb.hpp"

#include <hf/core/error.hpp>

#include <algorithm>

namespace {

// How many records are read when they come in pieces, or nothing where they break the format.
std::optional<std::size_t> read(hf::xet::Bytes data, std::uint32_t count, std::size_t piece) try {
    hf::xet::RecordReader reader(count);
    std::size_t out = 0;
    while (!data.empty()) {
        auto part = data.first(std::min(piece, data.size()));
        data = data.subspan(part.size());
        while (const auto record = reader.next(part)) {
            HFHUB_PROPERTY(record->stored.size() == record->header.stored_size);
            ++out;
        }
    }
    HFHUB_PROPERTY(reader.complete() == (out == count));
    return out;
} catch (const hf::InvalidResponseError&) {
    return std::nullopt;
}

}  // namespace

HFHUB_FUZZ_TARGET(input) {
    const auto data = std::as_bytes(std::span(input));
    // However the bytes arrive, the same comes out.
    const auto whole = read(data, 3, data.size() + 1);
    for (const std::size_t piece : {1u, 7u, 64u}) HFHUB_PROPERTY(read(data, 3, piece) == whole);
    try {
        const auto index = hf::xet::index_xorb(data);
        HFHUB_PROPERTY(index.records.size() <= data.size() / (hf::xet::chunk_header_size + 1));
        HFHUB_PROPERTY(index.records_size <= data.size());
        // Decoding all of a long input would say nothing about how reading grows.
        if (data.size() <= 4096 && index.records.size() <= 8) hf::xet::hash_xorb(data, index);
    } catch (const hf::InvalidResponseError&) {
    } catch (const hf::IntegrityError&) {
    }
    try {
        const auto footer = hf::xet::parse_xorb_footer(data);
        std::vector<std::byte> again;
        hf::xet::append_xorb_footer(again, footer);
        HFHUB_PROPERTY(hf::xet::parse_xorb_footer(again) == footer);
    } catch (const hf::InvalidResponseError&) {
    }
}
