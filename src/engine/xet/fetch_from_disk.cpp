// What a fetch finds on the disk: chunks of an older version of the file, and of files that were fetched lately.
#include "engine/xet/fetch.hpp"

#include "async/on_strand.hpp"
#include "async/slice.hpp"

#include <hf/core/error.hpp>
#include <hf/transfer/progress.hpp>

#include <algorithm>
#include <utility>

namespace hf {

namespace asio = boost::asio;

namespace {

// Reading the older version of a smaller file takes longer than fetching this one.
constexpr std::uint64_t smallest_older = 4u << 20;
// Asked for at once of an older version: an answer of some hundred kilobytes.
constexpr std::uint64_t older_window = 4'000'000'000;
// What an answer says of it on average. A store that says less is not asked for ever.
constexpr std::uint64_t least_answered = 256'000'000;

/// Null where the process has none left: others fetch for themselves then.
std::shared_ptr<const File> another_descriptor(const File& file) {
    try {
        return std::make_shared<const File>(File::duplicate(file.fd(), file.path()));
    } catch (const FileSystemError&) {
        return nullptr;
    }
}

}  // namespace

/// Without one, whatever is wrong with it, everything is fetched.
asio::awaitable<void> XetFetch::look_at_older() {
    File file = std::move(requests_.job().older);
    if (!file || sink_.complete() || sink_.size() < smallest_older || file.size() < smallest_older) co_return;
    older_ = std::make_unique<OlderVersion>(std::move(file));
    bool usable = false;
    try {
        if (call_.worker)
            co_await run_on(call_.worker, older_->read());
        else
            co_await older_->read();
        usable = co_await locate_older();
    } catch (const Error&) {
        // As if there were none.
    }
    if (!usable) older_.reset();
}

/// False if the store does not know it. What it says of a part is of use.
asio::awaitable<bool> XetFetch::locate_older() {
    const std::uint64_t most_questions = older_->size() / least_answered + 2;
    for (std::uint64_t i = 0; i < most_questions; ++i) {
        const ByteRange window{older_->located(), std::min(older_->size(), older_->located() + older_window)};
        const std::optional<xet::Reconstruction> answer = co_await store_.reconstruct(older_->id(), window);
        if (!answer || !older_->locate(*answer)) break;
    }
    co_return older_->located() > 0;
}

/// Chunks that are something else by now are found out by the file's id.
asio::awaitable<void> XetFetch::take_from_older(const xet::PlannedFetch& fetch, bool& progressed) {
    Slice slice;
    for (const xet::Placement& place : fetch.placements) {
        const auto found = older_->find(fetch.source->xorb, place.chunks);
        if (!found || found->size() != place.content_size || sink_.has(place.file)) continue;
        std::uint64_t from = found->offset, at = place.file.begin - place.skip;
        for (const std::uint32_t size : found->sizes) {
            if (!copy_chunk(older_->file(), from, at, {xet::Hash(), size}, progressed)) co_return;
            from += size;
            at += size;
            if (slice.is_over()) co_await slice.pause();
            if (!older_) co_return;
        }
    }
}

/// Gives the bytes that were not there before.
asio::awaitable<std::uint64_t> XetFetch::take_from_recent(const xet::PlannedFetch& fetch, bool& progressed) {
    Slice slice;
    const std::uint64_t before = sink_.done().total();
    for (const xet::Placement& place : fetch.placements) {
        if (!recent_ || sink_.has(place.file)) continue;
        xet::ChunkRange wanted = place.chunks;
        ByteRange gap{place.file.begin - place.skip, 0};
        gap.end = gap.begin + place.content_size;
        while (const auto found = recent_->find(fetch.source->xorb, wanted)) {
            const bool is_begin = found->first == wanted.begin;
            const bool is_all = found->range() == wanted;
            if (is_all ? found->size() != gap.size() : found->size() >= gap.size()) break;
            const std::uint64_t at = is_begin ? gap.begin : gap.end - found->size();
            if (!co_await copy_run(*found, at, slice, progressed) || is_all) break;
            (is_begin ? wanted.begin : wanted.end) = is_begin ? found->range().end : found->first;
            (is_begin ? gap.begin : gap.end) = is_begin ? at + found->size() : at;
        }
    }
    co_return sink_.done().total() - before;
}

asio::awaitable<bool> XetFetch::copy_run(const RecentChunks::Run& run, std::uint64_t at, Slice& slice,
                                         bool& progressed) {
    std::uint64_t from = run.offset;
    for (const xet::Node& chunk : run.chunks) {
        if (!copy_chunk(*run.file, from, at, chunk, progressed)) co_return false;
        from += chunk.size;
        at += chunk.size;
        if (slice.is_over()) co_await slice.pause();
    }
    co_return true;
}

/// False if it is not there, or another by now as far as its hash is known.
bool XetFetch::copy_chunk(const File& from, std::uint64_t offset, std::uint64_t at, const xet::Node& chunk,
                          bool& progressed) {
    std::vector<std::byte> content(static_cast<std::size_t>(chunk.size));
    if (from.read_at(content.data(), content.size(), offset) < content.size()) return false;
    const xet::Hash hash = xet::chunk_hash(content);
    if (chunk.hash != xet::Hash() && chunk.hash != hash) return false;
    if (!sink_.write(at, content, hash)) return true;
    requests_.note_kept({at, at + chunk.size}, progressed);
    if (call_.progress) call_.progress->resumed(static_cast<std::int64_t>(chunk.size));
    return true;
}

void XetFetch::note_recent(const xet::PlannedFetch& fetch, std::span<const xet::Node> chunks) {
    if (!recent_) return;
    if (!own_) own_ = another_descriptor(sink_.partial().file());
    if (!own_) return;
    const std::uint32_t first = fetch.range.chunks.begin;
    std::uint32_t noted = first;
    for (const xet::Placement& place : fetch.placements) {
        if (place.chunks.end <= noted) continue;
        const auto begin = chunks.begin() + (place.chunks.begin - first);
        RecentChunks::Run run{place.chunks.begin, own_, place.file.begin - place.skip,
                              std::vector<xet::Node>(begin, begin + place.chunks.count())};
        recent_->add(fetch.source->xorb, std::move(run));
        noted = place.chunks.end;
    }
}

}  // namespace hf
