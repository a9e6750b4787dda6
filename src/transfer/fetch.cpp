#include "transfer/fetch.hpp"

#include "session/retrying.hpp"
#include "transfer/on_strand.hpp"

#include <hf/core/error.hpp>
#include <hf/core/for_each_bounded.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace hf {

namespace asio = boost::asio;

namespace {

// Content that does not hash to its ETag is fetched once more: transfers do go wrong, servers seldom.
constexpr int most_fetches = 2;
// Links are renewed when they expired; a server that refuses each new one is not asked for ever.
constexpr int most_renewals = 2;

}  // namespace

Fetch::Fetch(Session session, std::shared_ptr<Transfers> transfers, FetchJob job)
    : session_(std::move(session)), transfers_(std::move(transfers)), job_(std::move(job)) {}

asio::awaitable<Partial> Fetch::run() {
    if (!job_.content.size()) return of_unknown_size();
    // One byte more than the file, to notice bodies that are too long.
    if (*job_.content.size() < BufferPool::large) return in_memory();
    return on_disk();
}

template <class Operation>
std::invoke_result_t<Operation&> Fetch::resuming(Operation& operation) {
    bool again = false;
    const auto counted = [&] {
        if (std::exchange(again, true) && job_.progress) job_.progress->retried();
        progressed_ = false;
        return operation();
    };
    const auto judge = [this](const Error& error) { return Failed{net::Outcome::of_error(error), progressed_}; };
    co_return co_await retrying(session_.clock(), to_policy(transfers_->config.resume), counted, judge);
}

asio::awaitable<Stream> Fetch::open(ByteRange range, std::uint64_t size, bool ranged) {
    for (int renewals = 0;; ++renewals) {
        Request request = co_await job_.source->request();
        if (job_.timeout) request.timeout(job_.timeout);
        if (ranged) {
            request.header("Range", range_field(range, size));
            if (!partial_.validator().empty()) request.header("If-Range", partial_.validator());
        }
        std::exception_ptr failure;
        try {
            Stream stream = co_await session_.open(std::move(request));
            job_.source->answered(stream.url);
            co_return stream;
        } catch (const HfHubHTTPError& error) {
            if (renewals == most_renewals || !job_.source->renew(error.status())) throw;
        }
    }
}

// --- small files -----------------------------------------------------------------------------------------

void Fetch::load_incomplete(BufferPool::Buffer& buffer) {
    if (job_.incomplete.empty()) return;
    const File file = File::try_open_at(AT_FDCWD, job_.incomplete.c_str(), O_RDONLY, job_.incomplete);
    if (!file) return;
    received_ = file.read_at(buffer.data(), static_cast<std::size_t>(*job_.content.size()), 0);
    if (job_.progress) job_.progress->resumed(static_cast<std::int64_t>(received_));
}

void Fetch::forget_small() {
    if (job_.progress) job_.progress->resumed(-static_cast<std::int64_t>(received_));
    received_ = 0;
}

asio::awaitable<void> Fetch::read_small(BufferPool::Buffer& buffer) {
    const std::uint64_t size = *job_.content.size();
    const bool ranged = received_ > 0;
    const ByteRange asked{received_, size};
    Stream stream = co_await open(asked, size, ranged);
    const net::Response& response = stream.response;
    const RangeVerdict verdict =
        judge_answer(response.status, response.fields, response.body_size, asked, size, job_.name);
    if (verdict == RangeVerdict::useless) throw_wrong_size(job_.name, size, 0);
    if (verdict == RangeVerdict::whole) forget_small();
    while (received_ <= size) {
        const asio::mutable_buffer room(buffer.data() + received_, buffer.size() - received_);
        const std::size_t n = co_await response.body->read_some(room);
        if (n == 0) break;
        received_ += n;
        progressed_ = true;
        if (job_.progress) job_.progress->received(n, job_.name);
    }
    if (received_ != size) throw_wrong_size(job_.name, size, received_);
}

asio::awaitable<Partial> Fetch::in_memory() {
    const auto size = static_cast<std::size_t>(*job_.content.size());
    const ByteBudget::Ticket memory = co_await transfers_->memory->take(size + 1);
    BufferPool::Buffer buffer = transfers_->buffers->get(size + 1);
    const auto read = [&] { return read_small(buffer); };
    load_incomplete(buffer);
    for (int fetches = received_ > 0 ? -1 : 0;;) {
        if (received_ < size || size == 0) co_await resuming(read);
        hash_.emplace(job_.content);
        hash_->update(buffer.data(), size);
        const std::string wrong = wrong_hash();
        if (wrong.empty()) break;
        forget_small();
        if (++fetches == most_fetches) throw_wrong_hash(job_.name, job_.content.etag(), wrong);
    }
    Partial partial = job_.store->create(job_.content);
    partial.file().write_at(buffer.data(), size, 0);
    co_return partial;
}

asio::awaitable<std::uint64_t> Fetch::read_unknown(BufferPool::Buffer& buffer) {
    partial_ = job_.store->create(job_.content);
    Stream stream = co_await open({}, 0, false);
    net::Response& response = stream.response;
    judge_answer(response.status, response.fields, response.body_size, {}, std::nullopt, job_.name);
    if (response.body_size) partial_.file().reserve(*response.body_size);
    std::uint64_t at = 0;
    while (const std::size_t n = co_await response.body->read_some(asio::buffer(buffer.data(), buffer.size()))) {
        partial_.file().write_at(buffer.data(), n, at);
        at += n;
        if (job_.progress) job_.progress->received(n, job_.name);
    }
    co_return at;
}

asio::awaitable<Partial> Fetch::of_unknown_size() {
    const ByteBudget::Ticket memory = co_await transfers_->memory->take(BufferPool::large);
    BufferPool::Buffer buffer = transfers_->buffers->get(BufferPool::large);
    const auto read = [&] { return read_unknown(buffer); };
    for (int fetches = 0;;) {
        const std::uint64_t size = co_await resuming(read);
        // A git blob's hash starts with its size, so only now it can be taken.
        plan_.emplace(size, size);
        plan_->wrote({0, size});
        hash_.emplace(Content(job_.content.etag(), size));
        co_await hash_rest();
        const std::string wrong = wrong_hash();
        if (wrong.empty()) break;
        if (++fetches == most_fetches) throw_wrong_hash(job_.name, job_.content.etag(), wrong);
    }
    co_return std::move(partial_);
}

// --- larger files ----------------------------------------------------------------------------------------

void Fetch::prepare_partial() {
    const std::uint64_t size = *job_.content.size();
    partial_ = size >= transfers_->config.keep_partials_above ? job_.store->claim(job_.content)
                                                              : job_.store->create(job_.content);
    // What cannot be verified is only continued if the server can tell whether it is still the same.
    const bool trusted = job_.content.kind() != Content::Kind::unknown || !partial_.validator().empty();
    if (!trusted && partial_.ranges().total() > 0) partial_.restart();
    if (partial_.ranges().total() == 0 && !job_.incomplete.empty())
        partial_ = job_.store->copy_of(job_.content, job_.incomplete);
    partial_.file().reserve(size);
    hash_.emplace(job_.content);
    plan_.emplace(size, single_ ? size : transfers_->config.part_size, partial_.ranges());
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
    single_ = size < transfers_->config.parts_above;
    prepare_partial();
    for (int fetches = plan_->prefix() > 0 ? -1 : 0;;) {
        bool refused = false;
        try {
            co_await fetch_missing();
        } catch (const RangesRefused&) {
            refused = true;
        }
        if (refused) {
            single_ = true;
            start_over();
            plan_.emplace(size, size);
            continue;
        }
        const std::string wrong = wrong_hash();
        if (wrong.empty()) break;
        if (++fetches == most_fetches) throw_wrong_hash(job_.name, job_.content.etag(), wrong);
        start_over();
    }
    co_return std::move(partial_);
}

asio::awaitable<void> Fetch::fetch_missing() {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    const bool offload = static_cast<bool>(transfers_->config.worker);
    if (offload) hash_event_.emplace(executor);
    const unsigned streams = single_ ? 1 : std::max(1u, transfers_->config.max_streams);
    // One more than the streams: the coroutine that hashes.
    const auto task = [&](std::size_t index) -> asio::awaitable<void> {
        return index == streams ? follow_hash() : stream_worker();
    };
    co_await for_each_bounded(streams + (offload ? 1 : 0), streams + 1, task);
    if (!offload) co_await hash_rest();
}

asio::awaitable<void> Fetch::stream_worker() {
    while (true) {
        const ByteBudget::Ticket stream = co_await transfers_->gate->enter(this);
        if (!stream) co_return;
        const ByteBudget::Ticket memory = co_await transfers_->memory->take(BufferPool::large);
        const auto part = plan_->take(single_ ? 1 : transfers_->gate->level());
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
    const auto fetch_rest = [&] {
        // Without what an earlier attempt brought.
        const ByteRange missing{plan_->done().run_end(part.begin), part.end};
        return fetch_once(missing, missing == ByteRange{0, plan_->size()}, buffer);
    };
    while (plan_->done().run_end(part.begin) < part.end) {
        const std::uint64_t end = co_await resuming(fetch_rest);
        if (end < part.end && transfers_->gate->should_close()) co_return;
    }
}

asio::awaitable<std::uint64_t> Fetch::fetch_once(ByteRange wanted, bool whole_file, BufferPool::Buffer& buffer) {
    const std::uint64_t size = plan_->size();
    std::optional<Stream> stream;
    bool beyond = false;
    try {
        Stream opened = co_await open(wanted, size, !whole_file);
        stream.emplace(std::move(opened));
    } catch (const HfHubHTTPError& error) {
        // "Range not satisfiable" of a range within the file: the server knows another file.
        if (error.status() != 416 || whole_file) throw;
        beyond = true;
    }
    if (beyond) throw RangesRefused();
    net::Response& response = stream->response;
    const ByteRange asked = whole_file ? ByteRange{0, size} : wanted;
    const RangeVerdict verdict =
        judge_answer(response.status, response.fields, response.body_size, asked, size, job_.name);
    if (verdict == RangeVerdict::useless) {
        if (!whole_file) throw RangesRefused();
        ErrorInfo info;
        info.message = "the server sent a part of " + job_.name + " when it was asked for all of it";
        throw ProtocolError(std::move(info));
    }
    if (verdict == RangeVerdict::whole && !whole_file) {
        // With other streams or a hashing worker about, all have to end first.
        if (!single_ || hash_event_) throw RangesRefused();
        start_over();
        wanted = {0, size};
    }
    if (!partial_.has_journal() && size >= transfers_->config.keep_partials_above)
        partial_.begin_journal(job_.content, range_validator(response.fields));
    co_return co_await pump(response, wanted, buffer);
}

asio::awaitable<std::uint64_t> Fetch::pump(net::Response& response, ByteRange range, BufferPool::Buffer& buffer) {
    // Written in pieces of at least half a buffer: TLS gives 16 KiB at a time.
    std::uint64_t at = range.begin;  // of the buffer's first byte
    std::size_t used = 0;
    std::exception_ptr failure;
    try {
        while (true) {
            const std::size_t n =
                co_await response.body->read_some(asio::buffer(buffer.data() + used, buffer.size() - used));
            if (n == 0) break;
            progressed_ = true;
            used += n;
            if (at + used > range.end) throw_wrong_size(job_.name, range.end, at + used);
            transfers_->gate->on_bytes(n);
            if (job_.progress) job_.progress->received(n, job_.name);
            if (used < buffer.size() / 2 && at + used < range.end) continue;
            keep(at, buffer.data(), used);
            at += std::exchange(used, 0);
            if (transfers_->gate->should_close() && !single_) co_return at;
        }
    } catch (const IntegrityError&) {
        throw;
    } catch (...) {
        failure = std::current_exception();
    }
    keep(at, buffer.data(), used);
    at += used;
    if (failure) std::rethrow_exception(failure);
    if (at < range.end && !response.body_size) throw_wrong_size(job_.name, range.end, at);
    if (at < range.end) {
        ErrorInfo info;
        info.message = "the transfer of " + job_.name + " ended early";
        throw ConnectionError(std::move(info));
    }
    co_return at;
}

void Fetch::keep(std::uint64_t at, const char* data, std::size_t size) {
    if (size == 0) return;
    partial_.file().write_at(data, size, at);
    partial_.note({at, at + size});
    plan_->wrote({at, at + size});
    if (hash_event_)
        unblock_hash();
    else
        hash_some(at, data, size);
}

}  // namespace hf
