#include "xet/chunk_codec.hpp"
#include "xet/format.hpp"
#include "xet/reconstruction.hpp"

#include <algorithm>
#include <unordered_map>

namespace hf::xet {
namespace {

constexpr std::string_view plan_name = "reconstruction of a file";

// A record has a header and at least one byte, and at most what a header can say.
bool fit(std::uint64_t chunks, std::uint64_t bytes) {
    return bytes >= chunks * (chunk_header_size + 1) && bytes <= chunks * (chunk_header_size + max_stored_chunk_size);
}

bool can_be(const FetchRange& range) {
    return fit(range.chunks.count(), range.bytes.size()) && (range.chunks.begin == 0) == (range.bytes.begin == 0);
}

// Records lie one behind the other: the chunks between two indices say how many bytes may lie between.
bool between(std::uint32_t from, std::uint32_t to, std::uint64_t from_byte, std::uint64_t to_byte) {
    return from <= to && from_byte <= to_byte && fit(to - from, to_byte - from_byte);
}

// `a` does not begin behind `b`.
bool agree(const FetchRange& a, const FetchRange& b) {
    const auto ends_agree = a.chunks.end <= b.chunks.end
                                ? between(a.chunks.end, b.chunks.end, a.bytes.end, b.bytes.end)
                                : between(b.chunks.end, a.chunks.end, b.bytes.end, a.bytes.end);
    const auto parts_agree = a.chunks.end <= b.chunks.begin
                                 ? between(a.chunks.end, b.chunks.begin, a.bytes.end, b.bytes.begin)
                                 : between(b.chunks.begin, a.chunks.end, b.bytes.begin, a.bytes.end);
    return between(a.chunks.begin, b.chunks.begin, a.bytes.begin, b.bytes.begin) && ends_agree && parts_agree;
}

}  // namespace

FetchIndex::FetchIndex(const Reconstruction& reconstruction) {
    for (const FetchSource& source : reconstruction.sources) {
        for (const FetchRange& range : source.ranges) {
            if (!can_be(range)) throw_malformed(plan_name, "has a range of bytes that its chunks cannot have");
            ranges_[source.xorb].push_back({&source, range});
        }
    }
    for (auto& [xorb, ranges] : ranges_) {
        // The longer first, so that those within it can be left out.
        std::ranges::stable_sort(ranges, [](const Found& a, const Found& b) {
            if (a.range.chunks.begin != b.range.chunks.begin) return a.range.chunks.begin < b.range.chunks.begin;
            return a.range.chunks.end > b.range.chunks.end;
        });
        std::vector<Found> kept;
        for (const Found& found : ranges) {
            if (!kept.empty() && !agree(kept.back().range, found.range))
                throw_malformed(plan_name, "has ranges of the xorb " + to_text(xorb) + " that contradict each other");
            if (kept.empty() || found.range.chunks.end > kept.back().range.chunks.end) kept.push_back(found);
        }
        ranges = std::move(kept);
    }
}

FetchIndex::Found FetchIndex::find(const Hash& xorb, const ChunkRange& chunks) const {
    const auto ranges = ranges_.find(xorb);
    if (ranges == ranges_.end()) return {};
    // Of all that do not begin behind the chunks, the last reaches furthest.
    const auto after = std::ranges::upper_bound(ranges->second, chunks.begin, {},
                                                [](const Found& found) { return found.range.chunks.begin; });
    if (after == ranges->second.begin() || !std::prev(after)->range.chunks.contains(chunks)) return {};
    return *std::prev(after);
}

std::vector<PlannedFetch> plan_fetches(const Reconstruction& reconstruction, ByteRange window,
                                       std::uint64_t file_size) {
    const auto& terms = reconstruction.terms;
    const std::uint64_t size = reconstruction.size();
    window.end = std::min(window.end, file_size);
    if (window.empty()) {
        if (!terms.empty()) throw_malformed(plan_name, "has terms where nothing was asked for");
        return {};
    }
    if (size < window.size())
        throw_malformed(plan_name, "has " + std::to_string(size) + " bytes and not " + std::to_string(window.size()));
    if (size > file_size - window.begin)
        throw_malformed(plan_name, "reaches " + std::to_string(size - (file_size - window.begin)) +
                                       " bytes beyond the end of the file");
    if (size - window.size() >= terms.back().size) throw_malformed(plan_name, "has terms behind what was asked for");

    const FetchIndex index(reconstruction);
    std::vector<PlannedFetch> out;
    std::map<std::pair<Hash, std::uint32_t>, std::size_t> planned;  // by xorb and first chunk of the range
    std::uint64_t at = window.begin, skip = reconstruction.skip;
    for (const Term& term : terms) {
        const auto found = index.find(term.xorb, term.chunks);
        if (!found.source) throw_malformed(plan_name, "does not say where to fetch a term of " + to_text(term.xorb));
        const auto [place, is_new] = planned.try_emplace({term.xorb, found.range.chunks.begin}, out.size());
        if (is_new) out.push_back({found.source, found.range, {}});
        const std::uint64_t end = std::min(at + (term.size - skip), window.end);
        out[place->second].placements.push_back({term.chunks, term.size, skip, {at, end}});
        at = end;
        skip = 0;
    }
    return out;
}

}  // namespace hf::xet
