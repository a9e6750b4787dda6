// How files are hashed: those that arrive in parts in order, beside their transfer.

#include "async/on_strand.hpp"
#include "engine/download/fetch.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace hf {

namespace asio = boost::asio;

void Fetch::hash_some(std::uint64_t at, const char* data, std::size_t size) {
    const std::uint64_t position = hash_->position();
    if (position >= at && position < at + size) {
        hash_->update(data + (position - at), static_cast<std::size_t>(at + size - position));
    } else {
        hash_from_disk(plan_->prefix());
    }
}

bool Fetch::hash_from_disk(std::uint64_t end) {
    const std::uint64_t position = hash_->position();
    if (position >= end) return false;
    // Taken only now: files that arrive in order never need it.
    if (!hash_buffer_.data()) hash_buffer_ = transfers_->buffers->get(BufferPool::large);
    const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(hash_buffer_.size(), end - position));
    const std::size_t n = partial_.file().read_at(hash_buffer_.data(), want, position);
    if (n < want) throw_wrong_size(job_.name, end, position + n);
    hash_->update(hash_buffer_.data(), n);
    return true;
}

asio::awaitable<void> Fetch::hash_rest() {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    while (hash_from_disk(plan_->prefix())) co_await asio::post(executor, asio::use_awaitable);
}

void Fetch::unblock_hash() { hash_event_->cancel_one(); }

asio::awaitable<void> Fetch::hash_on_worker(std::uint64_t end) {
    // Up to 4 MiB per trip, so that changing threads costs nothing.
    for (int i = 0; i < 16 && hash_from_disk(end); ++i) {
    }
    co_return;
}

asio::awaitable<void> Fetch::follow_hash() {
    const asio::any_io_executor worker = transfers_->config.worker;
    while (hash_->position() < plan_->size()) {
        const std::uint64_t end = plan_->prefix();
        if (hash_->position() < end) {
            co_await run_on(worker, hash_on_worker(end));
            continue;
        }
        hash_event_->expires_at(asio::steady_timer::time_point::max());
        boost::system::error_code woken;
        co_await hash_event_->async_wait(asio::redirect_error(asio::use_awaitable, woken));
    }
}

asio::awaitable<std::string> hash_of_file(const File& file, ContentId content) {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    ContentHash hash(content);
    const std::unique_ptr<char[]> buffer(new char[BufferPool::large]);
    const std::uint64_t size = *content.size();
    while (hash.position() < size) {
        const std::size_t n = file.read_at(buffer.get(), BufferPool::large, hash.position());
        if (n == 0) break;
        hash.update(buffer.get(), n);
        if (hash.position() < size) co_await asio::post(executor, asio::use_awaitable);
    }
    co_return hash.finish();
}

}  // namespace hf
