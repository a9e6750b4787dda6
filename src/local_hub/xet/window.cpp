#include "local_hub/xet/window.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>

namespace hf::local_hub {
namespace {

// A URL names the ranges that may be asked there, and must fit into a request line.
constexpr std::size_t ranges_per_source = 64;

XorbIndexPtr stored(const FindXorb& find, const xet::Hash& hash) {
    auto out = find(hash);
    if (!out) throw std::runtime_error("the xorb " + to_text(hash) + " is missing");
    return out;
}

// Without the chunks that lie wholly outside of the window.
PlacedTerm cut(const PlacedTerm& placed, ByteRange window, const xet::XorbFooter& xorb) {
    PlacedTerm out = placed;
    auto& chunks = out.term.chunks;
    while (chunks.count() > 1) {
        const std::uint32_t size = content_begin(xorb, chunks.begin + 1) - content_begin(xorb, chunks.begin);
        if (out.position + size > window.begin) break;
        out.position += size;
        ++chunks.begin;
    }
    const std::uint32_t begin = content_begin(xorb, chunks.begin);
    while (chunks.count() > 1 && out.position + content_begin(xorb, chunks.end - 1) - begin >= window.end) --chunks.end;
    out.term.size = content_begin(xorb, chunks.end) - begin;
    return out;
}

std::vector<xet::ChunkRange> joined(std::vector<xet::ChunkRange> ranges) {
    std::ranges::sort(ranges);
    std::vector<xet::ChunkRange> out;
    for (const auto& range : ranges) {
        if (!out.empty() && range.begin <= out.back().end)
            out.back().end = std::max(out.back().end, range.end);
        else
            out.push_back(range);
    }
    return out;
}

}  // namespace

xet::Reconstruction reconstruct(const std::vector<PlacedTerm>& terms, ByteRange window, const FindXorb& find) {
    xet::Reconstruction out;
    std::map<xet::Hash, std::vector<xet::ChunkRange>> needed;
    for (const auto& placed : terms) {
        const PlacedTerm needed_part = cut(placed, window, *stored(find, placed.term.xorb));
        if (out.terms.empty()) out.skip = window.begin - needed_part.position;
        out.terms.push_back(needed_part.term);
        needed[needed_part.term.xorb].push_back(needed_part.term.chunks);
    }
    for (auto& [hash, ranges] : needed) {
        const auto xorb = stored(find, hash);
        for (const auto& chunks : joined(std::move(ranges))) {
            if (out.sources.empty() || out.sources.back().xorb != hash ||
                out.sources.back().ranges.size() == ranges_per_source)
                out.sources.push_back({hash, {}, {}});
            out.sources.back().ranges.push_back(
                {chunks, {record_begin(*xorb, chunks.begin), record_begin(*xorb, chunks.end)}});
        }
    }
    return out;
}

}  // namespace hf::local_hub
