#include "engine/download/file_sink.hpp"

#include "async/on_strand.hpp"
#include "async/turn.hpp"
#include "engine/engine.hpp"
#include "engine/files/reserve.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace hf {

namespace asio = boost::asio;

FileSink::FileSink(TransferEngine& engine, std::string name, const ContentId& content, Partial partial)
    : engine_(engine), name_(std::move(name)), partial_(std::move(partial)), hash_(content) {
    plan_.emplace(*content.size(), engine_.config.part_size, partial_.ranges());
}

void FileSink::start_over() {
    partial_.restart();
    has_room_ = false;
    plan_->restart();
    hash_.restart();
}

void FileSink::plan_anew() { plan_.emplace(plan_->size(), engine_.config.part_size); }

asio::awaitable<void> FileSink::make_room() {
    Slice slice;
    if (!std::exchange(has_room_, true)) co_await reserve(partial_.file(), plan_->size(), slice);
}

void FileSink::write(std::uint64_t at, const char* data, std::size_t size) {
    partial_.file().write_at(data, size, at);
    partial_.note({at, at + size});
    plan_->wrote({at, at + size});
    if (written_) {
        written_->cancel_one();
        return;
    }
    const std::uint64_t position = hash_.position();
    if (position >= at && position < at + size)
        hash_.update(data + (position - at), static_cast<std::size_t>(at + size - position));
    else
        hash_from_disk(plan_->prefix());
}

bool FileSink::hash_from_disk(std::uint64_t end) {
    const std::uint64_t position = hash_.position();
    if (position >= end) return false;
    // Taken only now: files that arrive in order never need it.
    if (!hash_buffer_.data()) hash_buffer_ = engine_.buffers->get(BufferPool::large);
    const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(hash_buffer_.size(), end - position));
    const std::size_t n = partial_.file().read_at(hash_buffer_.data(), want, position);
    if (n < want) throw_wrong_size(name_, end, position + n);
    hash_.update(hash_buffer_.data(), n);
    return true;
}

asio::awaitable<void> FileSink::hash_rest() {
    while (hash_from_disk(plan_->prefix())) co_await pass_turn();
}

asio::awaitable<void> FileSink::hash_some_on_worker(std::uint64_t end) {
    // Up to 4 MiB per trip, so that changing threads costs nothing.
    for (int i = 0; i < 16 && hash_from_disk(end); ++i) {
    }
    co_return;
}

asio::awaitable<void> FileSink::follow() {
    while (hash_.position() < plan_->size()) {
        const std::uint64_t end = plan_->prefix();
        if (hash_.position() < end) {
            co_await run_on(engine_.config.worker, hash_some_on_worker(end));
            continue;
        }
        written_->expires_at(asio::steady_timer::time_point::max());
        boost::system::error_code woken;
        co_await written_->async_wait(asio::redirect_error(asio::use_awaitable, woken));
    }
}

}  // namespace hf
