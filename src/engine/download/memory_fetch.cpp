#include "engine/download/memory_fetch.hpp"

#include <hf/transfer/progress.hpp>

#include <boost/asio/buffer.hpp>

#include <algorithm>

namespace hf {

namespace asio = boost::asio;

void MemoryFetch::load_incomplete() {
    const std::string& path = requests_.job().incomplete;
    if (path.empty()) return;
    const File file = File::try_open_own_at(AT_FDCWD, path.c_str(), O_RDONLY, path);
    if (!file) return;
    received_ = file.read_at(buffer_.data(), static_cast<std::size_t>(*requests_.content().size()), 0);
    if (requests_.progress()) requests_.progress()->resumed(static_cast<std::int64_t>(received_));
}

void MemoryFetch::forget() {
    if (requests_.progress()) requests_.progress()->resumed(-static_cast<std::int64_t>(received_));
    received_ = 0;
}

asio::awaitable<void> MemoryFetch::read(bool& progressed) {
    const std::uint64_t size = *requests_.content().size();
    while (received_ < size || size == 0) {
        if (requests_.whole_only() && received_ > 0) {
            requests_.require_restart();
            forget();
        }
        const bool ranged = received_ > 0;
        const ByteRange asked{received_, size};
        Stream stream = co_await requests_.open(asked, size, ranged, {});
        const net::Response& response = stream.response;
        const RangeAnswer answer = requests_.accept(response, asked, ranged);
        if (answer.kind == RangeAnswer::Kind::whole && ranged) {
            requests_.require_restart();
            forget();
        }
        const ContentRequests::Reading reading(requests_);
        while (received_ <= answer.body.end) {
            const asio::mutable_buffer room(buffer_.data() + received_, buffer_.size() - received_);
            const std::size_t n = co_await response.body->read_some(room);
            if (n == 0) break;
            received_ += n;
            if (requests_.progress()) requests_.progress()->received(n, requests_.name());
            requests_.note_kept_or_give_up({0, std::min<std::uint64_t>(received_, size)}, progressed);
        }
        // A body as long as it was said to be, which is not what was asked for, is a wrong file.
        if (received_ != answer.body.end) requests_.refuse_size({0, answer.body.end}, received_, nullptr);
        if (size == 0) co_return;
    }
}

asio::awaitable<Partial> MemoryFetch::run() {
    const ContentId& content = requests_.content();
    const auto size = static_cast<std::size_t>(*content.size());
    TransferEngine& engine = requests_.engine();
    const Semaphore::Ticket memory = co_await engine.memory->take(size + 1);
    buffer_ = engine.buffers->get(size + 1);
    const ContentRequests::Attempt read_rest = [this](bool& progressed) { return read(progressed); };
    load_incomplete();
    RangeSet kept;
    kept.add({0, received_});
    requests_.begin(1, std::move(kept));
    Partial none;
    while (true) {
        const bool complete = co_await requests_.resuming(read_rest);
        if (complete) {
            ContentHash hash(content);
            hash.update(buffer_.data(), size);
            const bool right = co_await requests_.is_right(hash, none);
            if (right) break;
        }
        forget();
    }
    Partial partial = requests_.job().store->create(content);
    partial.file().write_at(buffer_.data(), size, 0);
    co_return partial;
}

}  // namespace hf
