#include "engine/xet/chunk_sink.hpp"

#include "engine/files/content_id.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <vector>

namespace hf {

namespace asio = boost::asio;

namespace {

constexpr std::string_view mark_prefix = "xet:";
constexpr std::size_t slice = 256u << 10;

}  // namespace

ChunkSink::ChunkSink(std::string name, xet::Hash file, std::uint64_t size, Partial partial)
    : name_(std::move(name)), file_(file), size_(size), partial_(std::move(partial)) {}

bool ChunkSink::is_mark(std::string_view validator) { return validator.starts_with(mark_prefix); }

std::string ChunkSink::mark() const { return std::string(mark_prefix) + to_text(file_); }

void ChunkSink::begin_journal(const ContentId& content) {
    if (!partial_.has_journal() || partial_.validator() != mark()) partial_.begin_journal(content, mark());
}

void ChunkSink::note(std::uint64_t at, const xet::Node& chunk) {
    done_.add({at, at + chunk.size});
    if (at >= hashed_) ahead_.emplace(at, chunk);
    for (auto next = ahead_.find(hashed_); next != ahead_.end(); next = ahead_.find(hashed_)) {
        tree_.add(next->second);
        hashed_ += next->second.size;
        ahead_.erase(next);
    }
}

bool ChunkSink::write(std::uint64_t at, xet::Bytes chunk, const xet::Hash& hash) {
    const ByteRange range{at, at + chunk.size()};
    if (range.end > size_ || range.end <= at) throw_wrong_size(name_, size_, range.end);
    if (has(range)) return false;
    partial_.file().write_at(chunk.data(), chunk.size(), at);
    partial_.note(range);
    note(at, {hash, chunk.size()});
    return true;
}

asio::awaitable<void> ChunkSink::take_up() {
    const RangeSet kept = partial_.ranges();
    const bool ours = partial_.validator() == mark();
    for (const ByteRange& range : kept.ranges()) {
        // What another kind of transfer left begins with a chunk only where the file does.
        if (ours || range.begin == 0) co_await take_up(range);
    }
    if (!ours && kept.total() > 0 && done_.total() == 0) partial_.restart();
}

asio::awaitable<void> ChunkSink::take_up(ByteRange range) {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    std::vector<std::byte> buffer(slice + xet::max_chunk_size);
    std::size_t held = 0;  // the begin of a chunk
    std::uint64_t at = range.begin;
    const std::uint64_t end = std::min(range.end, size_);
    while (at + held < end) {
        const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(slice, end - at - held));
        const std::size_t n = partial_.file().read_at(buffer.data() + held, want, at + held);
        if (n == 0) break;  // the journal promises more than the file has
        xet::Bytes rest(buffer.data(), held + n);
        xet::Chunker chunker;
        while (!rest.empty()) {
            chunker.restart();
            const std::size_t size = chunker.take(rest);
            if (!chunker.at_boundary() && at + rest.size() < size_) break;
            note(at, {xet::chunk_hash(rest.first(size)), size});
            at += size;
            rest = rest.subspan(size);
        }
        held = rest.size();
        std::copy(rest.begin(), rest.end(), buffer.begin());
        co_await asio::post(executor, asio::use_awaitable);
    }
}

void ChunkSink::start_over() {
    partial_.restart();
    done_.clear();
    tree_ = xet::MerkleTree();
    hashed_ = 0;
    ahead_.clear();
}

}  // namespace hf
