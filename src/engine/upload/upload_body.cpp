#include "engine/upload/upload_body.hpp"

#include <hf/transfer/progress.hpp>

#include <algorithm>
#include <utility>

namespace hf {
namespace asio = boost::asio;
namespace {

class RangeSource final : public net::ByteSource {
public:
    RangeSource(std::shared_ptr<UploadState> state, std::uint64_t offset, std::uint64_t size,
                std::shared_ptr<SentBytes> sent)
        : state_(std::move(state)),
          source_(state_->content.source()),
          reader_(source_->open()),
          next_(offset),
          end_(offset + size),
          sent_(std::move(sent)) {
        require_unchanged();
    }

    asio::awaitable<std::size_t> read_some(asio::mutable_buffer buffer) override {
        const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), end_ - next_));
        if (wanted == 0) co_return 0;
        const std::size_t n = reader_->read_at(next_, static_cast<char*>(buffer.data()), wanted);
        if (n == 0) throw_changed(state_->shown_name());
        next_ += n;
        if (next_ == end_) require_unchanged();
        sent_->add(n, state_->path_in_repo);
        co_return n;
    }

private:
    void require_unchanged() {
        if (reader_->version() != state_->version) throw_changed(state_->shown_name());
    }

    std::shared_ptr<UploadState> state_;
    std::shared_ptr<const ContentSource> source_;  // the state may be given another content meanwhile
    std::unique_ptr<ContentReader> reader_;
    std::uint64_t next_;
    std::uint64_t end_;
    std::shared_ptr<SentBytes> sent_;
};

}  // namespace

void SentBytes::add(std::uint64_t wire, std::uint64_t content, std::string_view file) {
    bytes_ += content;
    if (progress_) progress_->received(wire, content, file);
}

void SentBytes::take_back() {
    if (bytes_ == 0) return;
    if (progress_) {
        progress_->resumed(-static_cast<std::int64_t>(bytes_));
        progress_->retried();
    }
    bytes_ = 0;
}

net::Body make_range_body(std::shared_ptr<UploadState> state, std::uint64_t offset, std::uint64_t size,
                          std::shared_ptr<SentBytes> sent) {
    auto open = [state = std::move(state), offset, size, sent = std::move(sent)]() -> std::unique_ptr<net::ByteSource> {
        sent->take_back();
        return std::make_unique<RangeSource>(state, offset, size, sent);
    };
    return net::Body(size, std::move(open));
}

}  // namespace hf
