#include "engine/xet/recent_chunks.hpp"

#include <algorithm>
#include <numeric>

namespace hf {

namespace asio = boost::asio;

namespace {

// Turns that nobody waits for are looked for when there are that many.
constexpr std::size_t untidy = 1024;

}  // namespace

std::uint64_t RecentChunks::Run::size() const noexcept {
    const auto add_size = [](std::uint64_t sum, const xet::Node& chunk) { return sum + chunk.size; };
    return std::accumulate(chunks.begin(), chunks.end(), std::uint64_t{0}, add_size);
}

void RecentChunks::add(const xet::Hash& xorb, Run run) {
    const std::lock_guard lock(mutex_);
    chunks_ += run.chunks.size();
    ++files_[run.file.get()];
    entries_.push_back({xorb, std::move(run)});
    by_xorb_[xorb].push_back(std::prev(entries_.end()));
    while (!entries_.empty() && (chunks_ > most_chunks_ || files_.size() > most_files_)) drop(entries_.begin());
}

RecentChunks::Entries::iterator RecentChunks::drop(Entries::iterator entry) {
    const auto of_xorb = by_xorb_.find(entry->xorb);
    std::erase(of_xorb->second, entry);
    if (of_xorb->second.empty()) by_xorb_.erase(of_xorb);
    const auto of_file = files_.find(entry->run.file.get());
    if (--of_file->second == 0) files_.erase(of_file);
    chunks_ -= entry->run.chunks.size();
    return entries_.erase(entry);
}

void RecentChunks::forget(const File& file) {
    const std::lock_guard lock(mutex_);
    for (auto entry = entries_.begin(); entry != entries_.end();)
        entry = entry->run.file.get() == &file ? drop(entry) : std::next(entry);
}

RecentChunks::Run RecentChunks::Run::part(const xet::ChunkRange& range) const {
    Run before{first, file, offset, {}};
    const auto begin = chunks.begin() + (range.begin - first);
    before.chunks.assign(chunks.begin(), begin);
    return {range.begin, file, offset + before.size(), std::vector<xet::Node>(begin, begin + range.count())};
}

std::optional<RecentChunks::Run> RecentChunks::find(const xet::Hash& xorb, const xet::ChunkRange& wanted) const {
    const std::lock_guard lock(mutex_);
    const auto found = by_xorb_.find(xorb);
    if (found == by_xorb_.end()) return std::nullopt;
    const Run* best = nullptr;
    xet::ChunkRange common;
    for (const auto& entry : found->second) {
        const xet::ChunkRange has = entry->run.range();
        const xet::ChunkRange both{std::max(has.begin, wanted.begin), std::min(has.end, wanted.end)};
        const bool usable = both.begin < both.end && (both.begin == wanted.begin || both.end == wanted.end);
        if (!usable || both.count() <= common.count()) continue;
        best = &entry->run;
        common = both;
    }
    if (!best) return std::nullopt;
    return best->part(common);
}

std::shared_ptr<Semaphore> RecentChunks::gate(const Place& place) {
    const std::lock_guard lock(mutex_);
    if (turns_.size() >= untidy) std::erase_if(turns_, [](const auto& turn) { return turn.second.expired(); });
    std::weak_ptr<Semaphore>& known = turns_[place];
    std::shared_ptr<Semaphore> out = known.lock();
    if (!out) known = out = std::make_shared<Semaphore>(1);
    return out;
}

asio::awaitable<Semaphore::Ticket> RecentChunks::turn(const xet::Hash& xorb, std::uint32_t first) {
    const std::shared_ptr<Semaphore> one = gate({xorb, first});
    Semaphore::Ticket ticket = co_await one->take(1);
    co_return ticket;
}

}  // namespace hf
