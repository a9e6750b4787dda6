#include "engine/download/disk_fetch.hpp"

#include "engine/xet/chunk_sink.hpp"

#include <hf/core/error.hpp>
#include <hf/core/for_each_bounded.hpp>
#include <hf/transfer/progress.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <utility>

namespace hf {

namespace asio = boost::asio;

using AskOtherwise = ContentRequests::AskOtherwise;

DiskFetch::DiskFetch(ContentRequests& requests)
    : requests_(requests),
      engine_(requests.engine()),
      large_(*requests.content().size() >= engine_.config.parts_above),
      sink_(engine_, requests.name(), requests.content(), requests.open_partial()) {
    if (requests_.progress()) requests_.progress()->resumed(static_cast<std::int64_t>(sink_.plan().done().total()));
}

void DiskFetch::start_over() {
    if (requests_.progress()) requests_.progress()->resumed(-static_cast<std::int64_t>(sink_.plan().done().total()));
    sink_.start_over();
}

asio::awaitable<Partial> DiskFetch::run() {
    requests_.begin(large_ ? sink_.plan().size() / engine_.config.part_size + 1 : 1, sink_.plan().done());
    while (true) {
        const bool complete = co_await fetch_missing();
        if (complete) {
            const bool right = co_await requests_.is_right(sink_.hash(), sink_.partial());
            if (right) break;
        }
        start_over();
        sink_.plan_anew();
    }
    co_return sink_.take_partial();
}

asio::awaitable<bool> DiskFetch::fetch_missing() {
    co_await sink_.make_room();
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    const bool offload = static_cast<bool>(engine_.config.worker);
    if (offload) sink_.offload(executor);
    const unsigned streams = in_parts() ? engine_.config.max_streams : 1;
    // One more than the streams: the coroutine that hashes.
    const auto task = [&](std::size_t index) -> asio::awaitable<void> {
        return index == streams ? sink_.follow() : stream_worker();
    };
    try {
        co_await for_each_bounded(streams + (offload ? 1 : 0), streams + 1, task);
    } catch (const AskOtherwise&) {
        co_return false;
    }
    if (!offload) co_await sink_.hash_rest();
    co_return true;
}

asio::awaitable<void> DiskFetch::stream_worker() {
    while (true) {
        const Semaphore::Ticket stream = co_await engine_.gate->enter(this);
        if (!stream) co_return;
        const Semaphore::Ticket memory = co_await engine_.memory->take(BufferPool::large);
        // A single stream of many may be the first of them: it does not take everything.
        const auto part = sink_.plan().take(in_parts() ? std::max(2u, engine_.gate->level()) : 1);
        if (!part) {
            // Those who still wait for a stream would get nothing either.
            engine_.gate->dismiss(this);
            co_return;
        }
        co_await fetch_part(*part);
        sink_.plan().give_back(*part);
    }
}

asio::awaitable<void> DiskFetch::fetch_part(ByteRange part) {
    BufferPool::Buffer buffer = engine_.buffers->get(BufferPool::large);
    const auto done_to = [&] { return sink_.plan().done().run_end(part.begin); };
    const ContentRequests::Attempt fetch_rest = [&](bool& progressed) {
        return fetch_once({done_to(), part.end}, buffer, progressed);  // without what an earlier attempt brought
    };
    while (done_to() < part.end) {
        const std::uint64_t before = done_to();
        const bool complete = co_await requests_.resuming(fetch_rest);
        if (!complete) throw AskOtherwise();
        if (done_to() > before && in_parts() && engine_.gate->should_close()) co_return;
    }
}

asio::awaitable<void> DiskFetch::fetch_once(ByteRange wanted, BufferPool::Buffer& buffer, bool& progressed) {
    const std::uint64_t size = sink_.plan().size();
    const ByteRange all{0, size};
    const auto from_the_start = [&] {
        requests_.require_restart();
        // With a hashing worker or other streams about, all have to end first.
        if (sink_.is_offloaded() || in_parts()) requests_.ask_for_the_whole();
        start_over();
        wanted = all;
    };
    if (requests_.whole_only() && wanted != all) from_the_start();
    const bool ranged = wanted != all;
    Partial& partial = sink_.partial();
    // What Xet storage has brought is not the answer that a validator tells of.
    const std::string& kept = partial.validator();
    const std::string_view validator = ChunkSink::is_mark(kept) ? std::string_view() : std::string_view(kept);
    Stream stream = co_await requests_.open(wanted, size, ranged, validator);
    net::Response& response = stream.response;
    const RangeAnswer answer = requests_.accept(response, wanted, ranged);
    if (answer.kind == RangeAnswer::Kind::whole && ranged) from_the_start();
    co_await sink_.make_room();
    if (!partial.has_journal() && size >= engine_.config.keep_partials_above && !requests_.whole_only())
        partial.begin_journal(requests_.content(), range_validator(response.fields));
    co_await pump(response, answer.body, buffer, progressed);
}

asio::awaitable<void> DiskFetch::pump(net::Response& response, ByteRange range, BufferPool::Buffer& buffer,
                                      bool& progressed) {
    const ContentRequests::Reading reading(requests_);
    const auto refuse = [&](std::uint64_t end) {
        requests_.refuse_size(range, end, in_parts() ? nullptr : &sink_.partial());
    };
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
            if (at + used > range.end) refuse(at + used);
            engine_.gate->on_bytes(n);
            if (requests_.progress()) requests_.progress()->received(n, requests_.name());
            requests_.require_patience();
            if (used < buffer.size() / 2 && at + used < range.end) continue;
            keep(at, buffer.data(), used, progressed);
            at += std::exchange(used, 0);
            if (in_parts() && engine_.gate->should_close()) co_return;
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
    if (at < range.end && !response.body_size) refuse(at);
    if (at < range.end) {
        ErrorInfo info;
        info.message = "the transfer of " + requests_.name() + " ended early";
        throw ConnectionError(std::move(info));
    }
}

void DiskFetch::keep(std::uint64_t at, const char* data, std::size_t size, bool& progressed) {
    if (size == 0) return;
    sink_.write(at, data, size);
    requests_.note_kept({at, at + size}, progressed);
}

}  // namespace hf
