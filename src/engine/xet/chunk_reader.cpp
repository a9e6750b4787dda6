#include "engine/xet/chunk_reader.hpp"

#include "async/slice.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace hf {

namespace asio = boost::asio;

namespace {

constexpr std::size_t step = 256u << 10;

}  // namespace

ChunkReader::ChunkReader(std::shared_ptr<const UploadState> content)
    : content_(std::move(content)),
      source_(content_->content.source()),
      reader_(source_->open()),
      buffer_(std::min<std::uint64_t>(memory, content_->info->size + step)) {
    if (reader_->version() != content_->version) throw_changed(content_->shown_name());
    if (content_->version == 0 || !content_->is_hashed()) hash_.emplace();
}

asio::awaitable<void> ChunkReader::read() {
    Slice slice;
    chunks_.clear();
    std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
              buffer_.begin() + static_cast<std::ptrdiff_t>(filled_), buffer_.begin());
    filled_ -= std::exchange(begin_, 0);
    while (!ended_ && filled_ + step <= buffer_.size()) {
        const std::size_t n = reader_->read_at(at_, reinterpret_cast<char*>(buffer_.data() + filled_), step);
        if (n == 0)
            end();
        else
            take_in(n);
        if (slice.is_over()) co_await slice.pause();
    }
}

void ChunkReader::take_in(std::size_t n) {
    xet::Bytes fresh(buffer_.data() + filled_, n);
    if (hash_) hash_->update(fresh.data(), fresh.size());
    at_ += n;
    if (at_ > content_->info->size) throw_changed(content_->shown_name());
    while (!fresh.empty()) {
        const std::size_t taken = chunker_.take(fresh);
        fresh = fresh.subspan(taken);
        filled_ += taken;
        if (chunker_.at_boundary()) take_chunk(filled_ - begin_);
    }
}

void ChunkReader::take_chunk(std::size_t size) {
    const xet::Bytes content(buffer_.data() + begin_, size);
    chunks_.push_back({{xet::chunk_hash(content), size}, content});
    begin_ += size;
}

void ChunkReader::end() {
    ended_ = true;
    if (filled_ > begin_) take_chunk(filled_ - begin_);
    sha256_ = hash_ ? hash_->hex() : content_->info->sha256;
    const bool same = at_ == content_->info->size && reader_->version() == content_->version &&
                      (!content_->is_hashed() || sha256_ == content_->info->sha256);
    if (!same) throw_changed(content_->shown_name());
}

}  // namespace hf
