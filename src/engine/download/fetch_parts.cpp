// Files that are written to the disk as they arrive, over one connection or several.

#include "async/on_strand.hpp"
#include "engine/download/fetch.hpp"

#include <hf/core/error.hpp>
#include <hf/core/for_each_bounded.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace hf {

namespace asio = boost::asio;

void Fetch::prepare_partial() {
    const std::uint64_t size = *job_.content.size();
    const TransferConfig& config = transfers_->config;
    partial_ = size >= config.keep_partials_above ? job_.store->claim(job_.content) : job_.store->create(job_.content);
    // What cannot be verified is only continued if the server can tell whether it is still the same.
    const bool trusted = job_.content.kind() != ContentId::Kind::unknown || !partial_.validator().empty();
    if (!trusted && partial_.ranges().total() > 0) partial_.restart();
    if (partial_.ranges().total() == 0 && !job_.incomplete.empty())
        partial_ = job_.store->copy_of(job_.content, job_.incomplete);
    partial_.file().reserve(size);
    hash_.emplace(job_.content);
    plan_.emplace(size, config.part_size, partial_.ranges());
    if (job_.progress) job_.progress->resumed(static_cast<std::int64_t>(plan_->done().total()));
}

void Fetch::start_over() {
    if (job_.progress) job_.progress->resumed(-static_cast<std::int64_t>(plan_->done().total()));
    partial_.restart();
    partial_.file().reserve(plan_->size());
    plan_->restart();
    hash_->restart();
}

asio::awaitable<Partial> Fetch::on_disk() {
    const std::uint64_t size = *job_.content.size();
    mode_ = size < transfers_->config.parts_above ? Mode::stream : Mode::parts;
    prepare_partial();
    const std::uint64_t part = std::max<std::uint64_t>(transfers_->config.part_size, 1);
    begin(mode_ == Mode::parts ? size / part + 1 : 1, plan_->done());
    while (true) {
        const bool complete = co_await fetch_missing();
        if (complete) {
            const bool right = co_await is_right();
            if (right) break;
        }
        start_over();
        // Parts that were given up on the way are in flight no more.
        plan_.emplace(size, transfers_->config.part_size);
    }
    co_return std::move(partial_);
}

asio::awaitable<bool> Fetch::fetch_missing() {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    const bool offload = static_cast<bool>(transfers_->config.worker);
    if (offload) hash_event_.emplace(executor);
    const unsigned streams = mode_ == Mode::parts ? std::max(1u, transfers_->config.max_streams) : 1;
    // One more than the streams: the coroutine that hashes.
    const auto task = [&](std::size_t index) -> asio::awaitable<void> {
        return index == streams ? follow_hash() : stream_worker();
    };
    try {
        co_await for_each_bounded(streams + (offload ? 1 : 0), streams + 1, task);
    } catch (const AskOtherwise&) {
        co_return false;
    }
    if (!offload) co_await hash_rest();
    co_return true;
}

asio::awaitable<void> Fetch::stream_worker() {
    while (true) {
        const Semaphore::Ticket stream = co_await transfers_->gate->enter(this);
        if (!stream) co_return;
        const Semaphore::Ticket memory = co_await transfers_->memory->take(BufferPool::large);
        // A single stream of many may be the first of them: it does not take everything.
        const auto part = plan_->take(mode_ == Mode::parts ? std::max(2u, transfers_->gate->level()) : 1);
        if (!part) {
            // Those who still wait for a stream would get nothing either.
            transfers_->gate->dismiss(this);
            co_return;
        }
        co_await fetch_part(*part);
        plan_->give_back(*part);
    }
}

asio::awaitable<void> Fetch::fetch_part(ByteRange part) {
    BufferPool::Buffer buffer = transfers_->buffers->get(BufferPool::large);
    const Attempt fetch_rest = [&](bool& progressed) {
        // Without what an earlier attempt brought.
        return fetch_once({plan_->done().run_end(part.begin), part.end}, buffer, progressed);
    };
    while (plan_->done().run_end(part.begin) < part.end) {
        const std::uint64_t before = plan_->done().run_end(part.begin);
        const bool complete = co_await resuming(fetch_rest);
        if (!complete) throw AskOtherwise();
        const bool moved = plan_->done().run_end(part.begin) > before;
        if (moved && mode_ == Mode::parts && transfers_->gate->should_close()) co_return;
    }
}

asio::awaitable<void> Fetch::fetch_once(ByteRange wanted, BufferPool::Buffer& buffer, bool& progressed) {
    const std::uint64_t size = plan_->size();
    const ByteRange all{0, size};
    const auto from_the_start = [&] {
        require_restart();
        // With a hashing worker or other streams about, all have to end first.
        if (hash_event_ || mode_ == Mode::parts) {
            mode_ = Mode::whole;
            throw AskOtherwise();
        }
        start_over();
        wanted = all;
    };
    if (mode_ == Mode::whole && wanted != all) from_the_start();
    const bool ranged = wanted != all;
    Stream stream = co_await open(wanted, size, ranged);
    net::Response& response = stream.response;
    const RangeAnswer answer = accept(response, wanted, ranged);
    if (answer.kind == RangeAnswer::Kind::whole && ranged) from_the_start();
    if (!partial_.has_journal() && size >= transfers_->config.keep_partials_above && mode_ != Mode::whole)
        partial_.begin_journal(job_.content, range_validator(response.fields));
    co_await pump(response, answer.body, buffer, progressed);
}

asio::awaitable<void> Fetch::pump(net::Response& response, ByteRange range, BufferPool::Buffer& buffer,
                                  bool& progressed) {
    const Reading reading(*this);
    // Written in pieces of at least half a buffer: TLS gives 16 KiB at a time.
    std::uint64_t at = range.begin;  // of the buffer's first byte
    std::size_t used = 0;
    std::exception_ptr failure;
    try {
        while (true) {
            const std::size_t n =
                co_await response.body->read_some(asio::buffer(buffer.data() + used, buffer.size() - used));
            if (n == 0) break;
            used += n;
            if (at + used > range.end) refuse_size(range, at + used);
            transfers_->gate->on_bytes(n);
            if (job_.progress) job_.progress->received(n, job_.name);
            require_patience();
            if (used < buffer.size() / 2 && at + used < range.end) continue;
            keep(at, buffer.data(), used, progressed);
            at += std::exchange(used, 0);
            if (mode_ == Mode::parts && transfers_->gate->should_close()) co_return;
        }
    } catch (const IntegrityError&) {
        throw;
    } catch (const AskOtherwise&) {
        throw;
    } catch (...) {
        failure = std::current_exception();
    }
    keep(at, buffer.data(), used, progressed);
    at += used;
    if (failure) std::rethrow_exception(failure);
    if (at < range.end && !response.body_size) refuse_size(range, at);
    if (at < range.end) {
        ErrorInfo info;
        info.message = "the transfer of " + job_.name + " ended early";
        throw ConnectionError(std::move(info));
    }
}

void Fetch::keep(std::uint64_t at, const char* data, std::size_t size, bool& progressed) {
    if (size == 0) return;
    partial_.file().write_at(data, size, at);
    partial_.note({at, at + size});
    plan_->wrote({at, at + size});
    if (budget_->kept({at, at + size}, session_.clock().now())) progressed = true;
    if (hash_event_)
        unblock_hash();
    else
        hash_some(at, data, size);
}

}  // namespace hf
