#include "engine/xet/file_packer.hpp"

#include "async/on_strand.hpp"
#include "async/slice.hpp"

#include <hf/core/for_each_bounded.hpp>

#include <algorithm>
#include <utility>

namespace hf {

namespace asio = boost::asio;

namespace {

// Three that are sent and one that is made fit the budget.
constexpr std::size_t xorbs_in_budget = 4;
constexpr std::size_t smallest_xorb = 1u << 20;
// A question takes as long as sending that much.
constexpr std::uint64_t smallest_asked_about = 1u << 20;
// Which chunks a store answers for, and how far one answer reaches (specification "Deduplication", and the reference).
constexpr std::uint64_t eligible = 1024;
constexpr std::uint64_t chunks_between_questions = 256;
constexpr std::size_t questions_at_once = 4;

}  // namespace

std::size_t FilePacker::xorb_size(const TransferConfig& config) noexcept {
    const std::size_t share = config.memory_budget / xorbs_in_budget;
    const std::size_t beside = std::min(share, ChunkReader::memory + xet::max_chunk_size);
    return std::clamp(share - beside, smallest_xorb, xet::max_xorb_size);
}

std::size_t FilePacker::memory(const TransferConfig& config) noexcept {
    return xorb_size(config) + ChunkReader::memory + xet::max_chunk_size;
}

asio::awaitable<std::shared_ptr<PackedXorb>> FilePacker::next() {
    Slice slice;
    while (!files_.empty()) {
        if (!reader_) {
            reader_ = std::make_unique<ChunkReader>(files_.front().content);
            writer_.next_file();
            at_ = chunks_read_ = ask_from_ = 0;
            co_await read();
        }
        while (at_ < reader_->chunks().size()) {
            const std::size_t run = known_run(at_);
            if (run > 0 && !files_.front().file.is_too_scattered_for(run)) {
                reuse(run);
            } else {
                const bool has_room = store(reader_->chunks()[at_]);
                if (!has_room) co_return close();
            }
            if (slice.is_over()) co_await slice.pause();
        }
        if (reader_->chunks().empty())
            finish_file();
        else
            co_await read();
    }
    if (writer_.empty()) co_return nullptr;
    co_return close();
}

asio::awaitable<void> FilePacker::read() {
    chunks_read_ += at_;
    at_ = 0;
    if (call_->worker)
        co_await run_on(call_->worker, reader_->read());
    else
        co_await reader_->read();
    co_await ask_about_unknown();
}

bool FilePacker::is_asked_about(const ChunkReader::Chunk& chunk, std::size_t index) const {
    const std::uint64_t place = chunks_read_ + index;
    return place >= ask_from_ && (place == 0 || chunk.node.hash.word(3) % eligible == 0) &&
           !known_.find(chunk.node.hash);
}

/// What the answers say is known to the next chunks, and to files that come later.
asio::awaitable<void> FilePacker::ask_about_unknown() {
    if (files_.front().content->info->size < smallest_asked_about) co_return;
    std::vector<xet::Hash> questions;
    for (std::size_t i = 0; i < reader_->chunks().size(); ++i) {
        if (!is_asked_about(reader_->chunks()[i], i)) continue;
        questions.push_back(reader_->chunks()[i].node.hash);
        ask_from_ = chunks_read_ + i + chunks_between_questions;
    }
    const auto ask = [&](std::size_t i) -> asio::awaitable<void> {
        const std::optional<xet::Shard> answer = co_await store_.ask_about(questions[i]);
        const auto now = call_->session.clock().system_now().time_since_epoch();
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now).count();
        if (answer) known_.add(*answer, static_cast<std::uint64_t>(seconds));
    };
    co_await for_each_bounded(questions.size(), questions_at_once, ask);
}

/// How many chunks from there on lie one after the other in one xorb.
std::size_t FilePacker::known_run(std::size_t from) const {
    const auto& chunks = reader_->chunks();
    const auto first = known_.find(chunks[from].node.hash);
    if (!first) return 0;
    std::size_t run = 1;
    while (from + run < chunks.size()) {
        const auto next = known_.find(chunks[from + run].node.hash);
        if (!next || next->xorb != first->xorb || next->index != first->index + run) break;
        ++run;
    }
    return run;
}

void FilePacker::reuse(std::size_t run) {
    const KnownChunks::Place first = *known_.find(reader_->chunks()[at_].node.hash);
    std::uint64_t bytes = 0;
    for (std::size_t i = 0; i < run; ++i, ++at_) {
        const xet::Node& chunk = reader_->chunks()[at_].node;
        files_.front().file.add(first.xorb, first.index + static_cast<std::uint32_t>(i), chunk);
        bytes += chunk.size;
    }
    reused_.add(0, bytes, files_.front().content->path_in_repo);
}

/// False: the open xorb has no room for it.
bool FilePacker::store(const ChunkReader::Chunk& chunk) {
    const std::size_t size = xorb_size(call_->engine->config);
    const bool is_full = writer_.content_size() + chunk.node.size > size;
    if (!writer_.empty() && (is_full || !writer_.fits(chunk.node.size))) return false;
    if (!xorb_) {
        xorb_ = std::make_shared<PackedXorb>();
        xorb_->name = files_.front().content->path_in_repo;
        writer_.reserve(std::min<std::uint64_t>(size, files_.front().content->info->size));
    }
    const std::uint32_t index = writer_.add(chunk.node.hash, chunk.content);
    files_.front().file.add(xorb_, index, chunk.node);
    known_.add(chunk.node.hash, {xorb_, index});
    ++at_;
    return true;
}

void FilePacker::finish_file() {
    files_.front().file.finish();
    files_.front().content->info->sha256 = reader_->sha256();
    files_.front().is_packed = true;
    files_ = files_.subspan(1);
    reader_.reset();
}

std::shared_ptr<PackedXorb> FilePacker::close() {
    xet::SerializedXorb packed = writer_.finish();
    xorb_->hash = packed.hash;
    xorb_->content_size = packed.content_size;
    xorb_->listing.hash = packed.hash;
    xorb_->listing.stored_size = static_cast<std::uint32_t>(packed.body.size());
    for (const xet::Node& chunk : packed.chunks)
        xorb_->listing.chunks.push_back({chunk.hash, static_cast<std::uint32_t>(chunk.size)});
    xorb_->body = std::move(packed.body);
    return std::exchange(xorb_, nullptr);
}

}  // namespace hf
