#include "engine/xet/older_version.hpp"

#include "async/slice.hpp"
#include "xet/chunker.hpp"

#include <algorithm>
#include <numeric>

namespace hf {

namespace asio = boost::asio;

namespace {

constexpr std::size_t step = 256u << 10;

}  // namespace

asio::awaitable<void> OlderVersion::read() {
    Slice slice;
    std::vector<std::byte> buffer(step + xet::max_chunk_size);
    std::size_t held = 0;  // the begin of a chunk
    std::uint64_t at = 0;
    xet::Chunker chunker;
    const auto take = [&](xet::Bytes chunk) {
        tree_.add(xet::chunk_hash(chunk), chunk.size());
        sizes_.push_back(static_cast<std::uint32_t>(chunk.size()));
    };
    while (const std::size_t n = file_.read_at(buffer.data() + held, step, at)) {
        at += n;
        xet::Bytes rest(buffer.data(), held + n), fresh = rest.subspan(held);
        while (!fresh.empty()) {
            fresh = fresh.subspan(chunker.take(fresh));
            if (!chunker.at_boundary()) continue;
            take(rest.first(rest.size() - fresh.size()));
            rest = fresh;
        }
        std::copy(rest.begin(), rest.end(), buffer.begin());
        held = rest.size();
        if (slice.is_over()) co_await slice.pause();
    }
    if (held > 0) take(xet::Bytes(buffer.data(), held));
}

std::uint64_t OlderVersion::Stretch::size() const noexcept {
    return std::accumulate(sizes.begin(), sizes.end(), std::uint64_t{0});
}

bool OlderVersion::locate(const xet::Reconstruction& answer) {
    if (answer.skip != 0 || answer.terms.empty()) return false;
    for (const xet::Term& term : answer.terms) {
        const std::size_t count = term.chunks.count();
        if (count > sizes_.size() - located_chunks_) return false;
        const Stretch stretch{located_, std::span(sizes_).subspan(located_chunks_, count)};
        if (stretch.size() != term.size) return false;
        places_[term.xorb].push_back({term.chunks, located_chunks_, located_});
        located_ += term.size;
        located_chunks_ += count;
    }
    return located_ < size();
}

std::optional<OlderVersion::Stretch> OlderVersion::find(const xet::Hash& xorb, const xet::ChunkRange& chunks) const {
    const auto found = places_.find(xorb);
    if (found == places_.end()) return std::nullopt;
    for (const Place& place : found->second) {
        if (!place.chunks.contains(chunks)) continue;
        const std::size_t before = chunks.begin - place.chunks.begin;
        const Stretch skipped{0, std::span(sizes_).subspan(place.first, before)};
        return Stretch{place.offset + skipped.size(), std::span(sizes_).subspan(place.first + before, chunks.count())};
    }
    return std::nullopt;
}

}  // namespace hf
