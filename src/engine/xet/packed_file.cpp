#include "engine/xet/packed_file.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace hf {

namespace {

// The reference's: how many terms are looked at, and how many chunks each should have on the average, the second
// number once there were fewer.
constexpr std::size_t looked_at = 128;
constexpr std::uint64_t fewest_chunks = 4, enough_chunks = 8;

}  // namespace

void PackedFile::add(std::shared_ptr<const PackedXorb> xorb, std::uint32_t index, const xet::Node& chunk) {
    tree_.add(chunk);
    const bool goes_on = open_ && open_->xorb == xorb && open_->chunks.end == index &&
                         chunk.size <= std::numeric_limits<std::uint32_t>::max() - open_->size;
    if (!goes_on) {
        close();
        open_.emplace(std::move(xorb), index);
    }
    ++open_->chunks.end;
    open_->size += static_cast<std::uint32_t>(chunk.size);
    open_chunks_.push_back(chunk.hash);
}

void PackedFile::close() {
    if (!open_) return;
    open_->verification = xet::range_hash(open_chunks_);
    open_chunks_.clear();
    last_.push_back(open_->chunks.count());
    last_sum_ += last_.back();
    if (last_.size() > looked_at) {
        last_sum_ -= last_.front();
        last_.pop_front();
    }
    terms_.push_back(*std::exchange(open_, std::nullopt));
}

bool PackedFile::is_too_scattered_for(std::size_t run) {
    if (last_.size() < looked_at) return false;
    wary_ = last_sum_ < (wary_ ? enough_chunks : fewest_chunks) * looked_at;
    return wary_ && run * looked_at < last_sum_;
}

bool PackedFile::is_stored() const {
    return std::ranges::all_of(terms_, [](const Stretch& term) { return term.xorb->stored; });
}

xet::ShardFile PackedFile::listing(const std::string& sha256) const {
    xet::ShardFile out;
    out.id = file_id(tree_);
    out.verification.emplace();
    for (const Stretch& term : terms_) {
        out.terms.push_back({term.xorb->hash, term.chunks, term.size});
        out.verification->push_back(term.verification);
    }
    out.sha256 = xet::parse_hash(sha256);
    return out;
}

}  // namespace hf
