#include "xet/xorb.hpp"

#include "xet/format.hpp"

#include <algorithm>
#include <utility>

namespace hf::xet {
namespace {

constexpr std::string_view xorb_name = "xorb";
constexpr std::string_view footer_ident = "XETBLOB";

// So often the reference looks anew at what the content is like.
constexpr unsigned chunks_per_choice = 32;

bool begins_footer(Bytes data) {
    const auto ident = std::as_bytes(std::span(footer_ident));
    return data.size() >= ident.size() && std::ranges::equal(data.first(ident.size()), ident);
}

// The footer begins with the version byte 'X' of a record.
ChunkHeader header_of_record(Bytes data) {
    if (begins_footer(data)) throw_malformed(xorb_name, "has fewer chunks than were asked for: its footer begins");
    return parse_chunk_header(data.first(chunk_header_size));
}

void check_footer(const XorbFooter& footer, const XorbIndex& index) {
    if (footer.chunks.size() != index.records.size())
        throw_malformed(xorb_name, "has a footer of another number of chunks than it has");
    std::uint64_t record_end = 0, content_end = 0;
    for (std::size_t i = 0; i < index.records.size(); ++i) {
        record_end += chunk_header_size + index.records[i].header.stored_size;
        content_end += index.records[i].header.size;
        if (footer.record_ends[i] != record_end || footer.content_ends[i] != content_end)
            throw_malformed(xorb_name, "has a footer that contradicts its chunk " + std::to_string(i));
    }
}

}  // namespace

std::optional<ChunkRecord> RecordReader::next(Bytes& data) {
    if (missing_ == 0) {
        partial_.clear();
        return std::nullopt;
    }
    if (!partial_.empty()) return gathered(data);
    if (data.size() >= chunk_header_size) {
        const ChunkHeader header = header_of_record(data);
        const std::size_t size = chunk_header_size + header.stored_size;
        if (data.size() >= size) {
            const Bytes stored = data.subspan(chunk_header_size, header.stored_size);
            data = data.subspan(size);
            --missing_;
            return ChunkRecord{header, stored};
        }
    }
    return gathered(data);
}

std::optional<ChunkRecord> RecordReader::gathered(Bytes& data) {
    // What was handed out of here last is not needed any more.
    if (partial_.size() >= chunk_header_size) {
        const ChunkHeader header = parse_chunk_header(Bytes(partial_).first(chunk_header_size));
        if (partial_.size() == chunk_header_size + header.stored_size) {
            partial_.clear();
            return next(data);
        }
    }
    const auto fill = [&](std::size_t size) {
        const std::size_t taken = std::min(size - partial_.size(), data.size());
        append(partial_, data.first(taken));
        data = data.subspan(taken);
        return partial_.size() == size;
    };
    if (partial_.size() < chunk_header_size && !fill(chunk_header_size)) return std::nullopt;
    const ChunkHeader header = header_of_record(partial_);
    if (!fill(chunk_header_size + header.stored_size)) return std::nullopt;
    --missing_;
    return ChunkRecord{header, Bytes(partial_).subspan(chunk_header_size)};
}

void RecordReader::finish() const {
    if (missing_ != 0) throw_corrupt(xorb_name, "ends early: " + std::to_string(missing_) + " chunks are missing");
}

ChunkRecord XorbIndex::record(Bytes xorb, std::size_t index) const {
    const Entry& entry = records[index];
    return {entry.header, xorb.subspan(entry.offset + chunk_header_size, entry.header.stored_size)};
}

XorbIndex index_xorb(Bytes xorb) {
    XorbIndex out;
    std::size_t at = 0;
    while (xorb.size() - at >= chunk_header_size && !begins_footer(xorb.subspan(at))) {
        const ChunkHeader header = parse_chunk_header(xorb.subspan(at, chunk_header_size));
        if (header.stored_size > xorb.size() - at - chunk_header_size)
            throw_malformed(xorb_name, "ends within its chunk " + std::to_string(out.records.size()));
        out.records.push_back({at, header});
        out.content_size += header.size;
        at += chunk_header_size + header.stored_size;
    }
    out.records_size = at;
    if (out.records.empty()) throw_malformed(xorb_name, "has no chunks");
    if (begins_footer(xorb.subspan(at))) {
        out.footer = parse_xorb_footer(xorb.subspan(at));
        check_footer(*out.footer, out);
    }
    return out;
}

std::vector<Node> hash_xorb(Bytes xorb, const XorbIndex& index) {
    std::vector<Node> out;
    out.reserve(index.records.size());
    ChunkDecoder decoder;
    std::vector<std::byte> content;
    for (std::size_t i = 0; i < index.records.size(); ++i) {
        const ChunkRecord record = index.record(xorb, i);
        content.resize(record.header.size);
        decoder.decode(record.header, record.stored, content);
        out.push_back({chunk_hash(content), content.size()});
    }
    return out;
}

XorbFooter SerializedXorb::footer() const {
    XorbFooter out{hash, {}, record_ends, {}};
    std::uint64_t end = 0;
    for (const Node& chunk : chunks) {
        out.chunks.push_back(chunk.hash);
        out.content_ends.push_back(static_cast<std::uint32_t>(end += chunk.size));
    }
    return out;
}

bool XorbWriter::fits(std::size_t size) const noexcept {
    // Counted uncompressed, as the reference does, and with the headers, so that no body can exceed the limit.
    return count() < max_xorb_chunks && content_size() + size + chunk_header_size * (count() + 1) <= max_xorb_size;
}

std::uint32_t XorbWriter::add(const Hash& hash, Bytes content) {
    if (until_choice_ == 0) {
        scheme_ = choose_scheme(content);
        until_choice_ = chunks_per_choice;
    }
    --until_choice_;
    encoder_.append(xorb_.body, content, scheme_);
    xorb_.record_ends.push_back(static_cast<std::uint32_t>(xorb_.body.size()));
    xorb_.chunks.push_back({hash, content.size()});
    xorb_.content_size += content.size();
    return static_cast<std::uint32_t>(count() - 1);
}

SerializedXorb XorbWriter::finish() {
    xorb_.hash = xorb_hash(xorb_.chunks);
    until_choice_ = 0;
    return std::exchange(xorb_, SerializedXorb());
}

}  // namespace hf::xet
