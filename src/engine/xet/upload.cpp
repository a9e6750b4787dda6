#include "engine/xet/upload.hpp"

#include "async/slice.hpp"
#include "core/rethrow.hpp"
#include "engine/xet/availability.hpp"
#include "engine/xet/file_packer.hpp"

#include <hf/core/for_each_bounded.hpp>
#include <hf/session/environment.hpp>
#include <hf/transfer/progress.hpp>

#include <algorithm>
#include <deque>
#include <map>
#include <utility>

namespace hf {

namespace asio = boost::asio;

namespace {

// Files that follow each other share xorbs as long as they have no more than one can hold.
constexpr std::uint64_t group_size = xet::max_xorb_size;
// While one of them waits for an answer of the store the others go on.
constexpr std::size_t most_packers = 4;
// What is in the store is registered at least as often; what is not may be sent again after an interruption.
constexpr std::uint64_t registered_at_once = 1ull << 30;
// Of a shard: its bytes are made in one turn.
constexpr std::size_t shard_size = 1u << 20;

std::size_t size_of(const xet::ShardXorb& xorb) {
    xet::Shard alone;
    alone.xorbs.push_back(xorb);
    return serialized_size(alone);
}

class Uploader {
public:
    explicit Uploader(std::shared_ptr<const CommitCall> call) : call_(std::move(call)), store_(call_) {}

    asio::awaitable<void> run(const std::vector<CommitOperationAdd>& additions);
    /// It has come to nothing: what counted as sent does not.
    void take_back();

private:
    struct Packing {
        explicit Packing(FilePacker packer) : packer(std::move(packer)) {}
        FilePacker packer;
        std::shared_ptr<Semaphore> turn = std::make_shared<Semaphore>(1);
    };

    asio::awaitable<void> look_through(const std::vector<CommitOperationAdd>& additions, Slice& slice);
    asio::awaitable<void> work(Packing& packing);
    asio::awaitable<std::shared_ptr<PackedXorb>> next_xorb(Packing& packing);
    std::span<XetUpload> next_group();
    asio::awaitable<void> send(std::shared_ptr<PackedXorb> xorb);
    asio::awaitable<void> register_stored();
    asio::awaitable<xet::Shard> take_shard(Slice& slice);
    asio::awaitable<void> mark_stored(Slice& slice);

    std::shared_ptr<const CommitCall> call_;
    StoreUploads store_;
    KnownChunks known_;
    std::vector<XetUpload> uploads_;
    std::size_t grouped_ = 0;     // of them, given to packers
    std::size_t registered_ = 0;  // of them, in a shard
    SentBytes reused_{call_->progress};
    std::vector<std::shared_ptr<SentBytes>> sent_;
    std::deque<std::shared_ptr<PackedXorb>> stored_;  // that are in no shard
    std::uint64_t stored_size_ = 0;
    std::shared_ptr<Semaphore> registering_ = std::make_shared<Semaphore>(1);
};

asio::awaitable<void> Uploader::look_through(const std::vector<CommitOperationAdd>& additions, Slice& slice) {
    std::map<std::string, std::size_t, std::less<>> by_content;
    for (const auto& addition : additions) {
        std::size_t place = uploads_.size();
        // Of those that nobody has hashed, what they have in common is found when they are cut.
        if (addition.state().is_hashed())
            place = by_content.try_emplace(addition.state().info->sha256, place).first->second;
        if (place == uploads_.size()) {
            const auto owner = std::make_shared<CommitOperationAdd>(addition);
            uploads_.emplace_back().content = std::shared_ptr<UploadState>(owner, &owner->state());
        }
        uploads_[place].operations.push_back(addition);
        if (slice.is_over_lightly()) co_await slice.pause();
    }
}

std::span<XetUpload> Uploader::next_group() {
    const std::size_t begin = grouped_;
    std::uint64_t size = 0;
    while (grouped_ < uploads_.size()) {
        size += uploads_[grouped_].content->info->size;
        if (size > group_size && grouped_ > begin) break;
        ++grouped_;
    }
    return std::span(uploads_).subspan(begin, grouped_ - begin);
}

/// Those who come while a xorb is made wait for the next one.
asio::awaitable<std::shared_ptr<PackedXorb>> Uploader::next_xorb(Packing& packing) {
    const Semaphore::Ticket turn = co_await packing.turn->take(1);
    Semaphore::Ticket memory = co_await call_->engine->memory->take(FilePacker::memory(call_->engine->config));
    while (true) {
        if (packing.packer.is_done()) packing.packer.begin(next_group());
        if (packing.packer.is_done()) co_return nullptr;
        std::shared_ptr<PackedXorb> xorb = co_await packing.packer.next();
        if (!xorb) continue;
        xorb->memory = std::move(memory);
        co_return xorb;
    }
}

asio::awaitable<void> Uploader::work(Packing& packing) {
    while (true) {
        std::shared_ptr<PackedXorb> xorb = co_await next_xorb(packing);
        if (!xorb) co_return;
        co_await send(std::move(xorb));
    }
}

asio::awaitable<void> Uploader::send(std::shared_ptr<PackedXorb> xorb) {
    sent_.push_back(std::make_shared<SentBytes>(call_->progress));
    const auto sent = sent_.back();
    try {
        co_await store_.put(xorb, sent);
    } catch (const Error& error) {
        rethrow_as(error, "Error while uploading '" + xorb->name + "' to the Hub: " + error.message());
    }
    stored_size_ += xorb->content_size;
    stored_.push_back(std::move(xorb));
    if (stored_size_ >= registered_at_once) co_await register_stored();
}

/// Xorbs first: files may be in the same shard or a later one.
asio::awaitable<xet::Shard> Uploader::take_shard(Slice& slice) {
    xet::Shard out;
    std::size_t size = 0;
    for (; !stored_.empty() && size < shard_size; stored_.pop_front()) {
        stored_size_ -= stored_.front()->content_size;
        out.xorbs.push_back(std::move(stored_.front()->listing));
        size += size_of(out.xorbs.back());
        if (slice.is_over_lightly()) co_await slice.pause();
    }
    // In the order of packing, which is nearly that of being stored.
    for (; stored_.empty() && registered_ < uploads_.size() && size < shard_size; ++registered_) {
        const XetUpload& upload = uploads_[registered_];
        if (!upload.is_packed || !upload.file.is_stored()) break;
        xet::Shard alone;
        alone.files.push_back(upload.file.listing(upload.content->info->sha256));
        size += serialized_size(alone);
        out.files.push_back(std::move(alone.files.front()));
        if (slice.is_over_lightly()) co_await slice.pause();
    }
    co_return out;
}

asio::awaitable<void> Uploader::register_stored() {
    const Semaphore::Ticket turn = co_await registering_->take(1);
    Slice slice;
    while (true) {
        const xet::Shard shard = co_await take_shard(slice);
        if (shard.xorbs.empty() && shard.files.empty()) co_return;
        co_await store_.put_shard(serialize_shard(shard));
    }
}

asio::awaitable<void> Uploader::mark_stored(Slice& slice) {
    for (const XetUpload& upload : uploads_) {
        for (const auto& operation : upload.operations) {
            operation.state().uploaded = true;
            if (slice.is_over_lightly()) co_await slice.pause();
            if (!call_->progress) continue;
            // Bytes were counted for the first operation only.
            const bool skipped = &operation != &upload.operations.front();
            call_->progress->file_done(operation.path_in_repo(), skipped ? upload.content->info->size : 0, skipped);
        }
    }
}

asio::awaitable<void> Uploader::run(const std::vector<CommitOperationAdd>& additions) {
    Slice slice;
    co_await look_through(additions, slice);
    co_await store_.open();
    std::vector<Packing> packings;
    for (std::size_t i = 0; i < std::min(most_packers, uploads_.size()); ++i)
        packings.emplace_back(FilePacker(call_, store_, known_, reused_));
    const auto task = [&](std::size_t i) { return work(packings[i % packings.size()]); };
    const std::size_t workers = std::max<std::size_t>(call_->at_once, packings.size());
    co_await for_each_bounded(workers, workers, task);
    co_await register_stored();
    co_await mark_stored(slice);
    co_await clear_in_slices(uploads_, slice);
}

void Uploader::take_back() {
    reused_.take_back();
    for (const auto& sent : sent_) sent->take_back();
}

}  // namespace

asio::awaitable<void> upload_to_xet(std::shared_ptr<const CommitCall> call,
                                    const std::vector<CommitOperationAdd>& additions) {
    const Session& session = call->session;
    const auto availability = XetAvailability::of(session);
    // v0.20.3 knows LFS alone.
    const bool wanted = call->engine->config.xet && !session.environment().disable_xet && !session.reference_routes();
    if (additions.empty() || !wanted || !availability->usable(session)) co_return;
    Uploader uploader(call);
    std::string why;
    try {
        co_await uploader.run(additions);
        co_return;
    } catch (const Error& error) {
        if (!availability->is_about_the_store(error)) throw;
        why = error.message();
    }
    uploader.take_back();
    availability->lost(session, why);
}

}  // namespace hf
