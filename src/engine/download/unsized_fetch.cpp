#include "engine/download/unsized_fetch.hpp"

#include "engine/files/hash_file.hpp"
#include "engine/files/reserve.hpp"

#include <hf/transfer/progress.hpp>

#include <boost/asio/buffer.hpp>

#include <utility>

namespace hf {

namespace asio = boost::asio;

asio::awaitable<void> UnsizedFetch::read(bool& progressed) {
    if (std::exchange(again_, true)) requests_.require_restart();
    partial_ = requests_.job().store->create(requests_.content());
    Stream stream = co_await requests_.open({}, 0, false, {});
    net::Response& response = stream.response;
    requests_.accept(response, {}, false);
    Slice slice;
    if (response.body_size) co_await reserve(partial_.file(), *response.body_size, slice);
    const ContentRequests::Reading reading(requests_);
    std::uint64_t at = 0;
    while (const std::size_t n = co_await response.body->read_some(asio::buffer(buffer_.data(), buffer_.size()))) {
        partial_.file().write_at(buffer_.data(), n, at);
        requests_.note_kept_or_give_up({at, at + n}, progressed);
        at += n;
        if (requests_.progress()) requests_.progress()->received(n, requests_.name());
    }
    size_ = at;
}

asio::awaitable<Partial> UnsizedFetch::run() {
    TransferEngine& engine = requests_.engine();
    const Semaphore::Ticket memory = co_await engine.memory->take(BufferPool::large);
    buffer_ = engine.buffers->get(BufferPool::large);
    const ContentRequests::Attempt read_all = [this](bool& progressed) { return read(progressed); };
    requests_.begin(1);
    while (true) {
        const bool complete = co_await requests_.resuming(read_all);
        if (!complete) continue;
        // A git blob's hash starts with its size, so only now it can be taken.
        const ContentId content(requests_.content().etag(), size_);
        ContentHash hash(content);
        if (content.kind() != ContentId::Kind::unknown)
            co_await hash_file(partial_.file(), size_, hash, engine.config.worker);
        const bool right = co_await requests_.is_right(hash, partial_);
        if (right) break;
    }
    co_return std::move(partial_);
}

}  // namespace hf
