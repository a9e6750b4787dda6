#include "engine/xet/fetch.hpp"

#include "async/slice.hpp"
#include "engine/files/hash_file.hpp"
#include "engine/files/reserve.hpp"
#include "engine/xet/availability.hpp"
#include "xet/xorb.hpp"

#include <hf/core/error.hpp>
#include <hf/core/for_each_bounded.hpp>
#include <hf/transfer/progress.hpp>

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <utility>

namespace hf {

namespace asio = boost::asio;

namespace {

// As the reference asks: an answer of this much names a few hundred kilobytes of terms.
constexpr std::uint64_t window_size = 256'000'000;
// The second is asked for while ranges of the first are still on their way.
constexpr std::size_t windows_at_once = 2;
// Of one range: the read buffer, a record that came in pieces, its content, and what the decoder keeps.
constexpr std::size_t stream_memory = BufferPool::large + 4 * xet::max_chunk_size;
// Of a range that is fetched otherwise: a question for the rest takes as long as fetching that much.
constexpr std::uint64_t worth_a_question = 1u << 20;
// A store that refuses URLs it has just signed is not asked for ever; nor is one whose bytes do not decode.
constexpr int most_renewals = 3;
constexpr int most_repairs = 1;

void require_range(const net::Response& response, ByteRange asked, const std::string& name) {
    const auto range = ContentRange::parse(response.fields.find("Content-Range").value_or(""));
    // A store that answers 200 with the range alone is understood, too.
    const bool right = range ? range->range == asked : response.body_size == asked.size();
    if (right) return;
    ErrorInfo info;
    info.message = "the store of " + name + " sent another range than it was asked for";
    throw ProtocolError(std::move(info));
}

}  // namespace

/// Where the chunks of a range lie in the file: each of its placements takes them in order.
struct XetFetch::Landing {
    explicit Landing(const xet::PlannedFetch& fetch) : fetch(fetch), next(fetch.range.chunks.begin) {
        for (const xet::Placement& place : fetch.placements) {
            if (place.skip > place.file.begin) refuse("a file that begins behind its first chunk");
            at.push_back(place.file.begin - place.skip);
        }
    }

    /// Takes the next chunk. Gives the bytes of the file that were not there before.
    std::uint64_t land(ChunkSink& sink, xet::Bytes content, ContentRequests& requests, bool& progressed) {
        const xet::Hash hash = xet::chunk_hash(content);
        const std::uint32_t index = next++;
        chunks.push_back({hash, content.size()});
        std::uint64_t fresh = 0;
        for (std::size_t i = 0; i < at.size(); ++i) {
            const xet::Placement& place = fetch.placements[i];
            if (index < place.chunks.begin || index >= place.chunks.end) continue;
            if (sink.write(at[i], content, hash)) {
                requests.note_kept({at[i], at[i] + content.size()}, progressed);
                fresh += content.size();
            }
            at[i] += content.size();
            const std::uint64_t end = place.file.begin - place.skip + place.content_size;
            if (at[i] > end || (next == place.chunks.end && at[i] != end)) refuse("chunks of another size than told");
        }
        return fresh;
    }

    [[noreturn]] static void refuse(std::string_view what) {
        ErrorInfo info;
        info.message = "the content store gives " + std::string(what);
        throw IntegrityError(std::move(info));
    }

    const xet::PlannedFetch& fetch;
    std::uint32_t next;
    std::vector<std::uint64_t> at;  // of each placement's next chunk
    std::vector<xet::Node> chunks;  // so far
};

XetFetch::XetFetch(ContentRequests& requests, xet::Hash file)
    : requests_(requests),
      call_(*requests.call()),
      engine_(requests.engine()),
      store_(requests.call(), XetAccess::read),
      file_(file),
      sink_(requests.name(), file, *requests.content().size(), requests.open_partial()),
      recent_(call_.recent_chunks) {}

asio::awaitable<std::optional<Partial>> XetFetch::run() {
    const auto availability = XetAvailability::of(call_.session);
    std::string why;
    try {
        Partial partial = co_await bring();
        co_return std::move(partial);
    } catch (const Error& error) {
        if (!availability->is_about_the_store(error)) throw;
        why = error.message();
    }
    if (call_.progress) call_.progress->resumed(-static_cast<std::int64_t>(sink_.done().total()));
    availability->lost(call_.session, why);
    co_return std::nullopt;
}

asio::awaitable<Partial> XetFetch::bring() {
    co_await sink_.take_up();
    if (call_.progress) call_.progress->resumed(static_cast<std::int64_t>(sink_.done().total()));
    if (sink_.size() >= engine_.config.keep_partials_above) sink_.begin_journal(requests_.content());
    co_await look_at_older();
    // Each stream may ask once before anything has come.
    requests_.begin(sink_.size() / xet::max_xorb_size + 1 + engine_.config.max_streams, sink_.done());
    while (true) {
        Slice slice;
        co_await reserve(sink_.partial().file(), sink_.size(), slice);
        co_await fetch_missing();
        const bool right = sink_.id() == file_ && co_await has_sha256();
        if (right) break;
        if (++wrong_ids_ > 1) {
            const std::string found = to_text(sink_.id());
            sink_.partial().discard();
            throw_wrong_hash(requests_.name(), to_text(file_), found);
        }
        requests_.require_restart();
        older_.reset();
        if (own_) recent_->forget(*own_);
        recent_.reset();
        own_.reset();
        if (call_.progress) call_.progress->resumed(-static_cast<std::int64_t>(sink_.done().total()));
        sink_.start_over();
    }
    co_return sink_.take_partial();
}

asio::awaitable<bool> XetFetch::has_sha256() {
    const ContentId& content = requests_.content();
    if (!engine_.config.xet_sha256 || content.kind() != ContentId::Kind::sha256) co_return true;
    const std::string found = co_await hash_of_file(sink_.partial().file(), content, call_.worker);
    co_return found == content.etag();
}

std::optional<ByteRange> XetFetch::next_window() {
    RangeSet busy = sink_.done();
    for (const ByteRange& window : windows_) busy.add(window);
    ByteRange gap = busy.first_gap(0, sink_.size());
    if (gap.empty()) return std::nullopt;
    // A rest that is not worth a request of its own goes along.
    if (gap.size() > window_size + window_size / 2) gap.end = gap.begin + window_size;
    return gap;
}

asio::awaitable<void> XetFetch::fetch_missing() {
    const auto work = [this](std::size_t) -> asio::awaitable<void> {
        while (const std::optional<ByteRange> window = next_window()) {
            windows_.push_back(*window);
            const ContentRequests::Attempt fetch = [&](bool& progressed) { return fetch_window(*window, progressed); };
            co_await requests_.resuming(fetch);
            std::erase(windows_, *window);
        }
    };
    co_await for_each_bounded(windows_at_once, windows_at_once, work);
}

asio::awaitable<void> XetFetch::fetch_window(ByteRange window, bool& progressed) {
    Outcome outcome;
    while (!sink_.has(window)) {
        requests_.require_request();
        ByteRange missing = sink_.done().first_gap(window.begin, window.end);
        if (!outcome.shortened) missing.end = window.end;
        const std::optional<xet::Reconstruction> answer = co_await ask(missing);
        if (!answer) {
            // Stores have said so within a file, too, once.
            if (repairs_++ < most_repairs) continue;
            throw_wrong_size(requests_.name(), sink_.size(), missing.begin);
        }
        const std::vector<xet::PlannedFetch> plan = plan_fetches(*answer, missing, sink_.size());
        outcome = Outcome();
        const auto fetch = [&](std::size_t i) { return fetch_planned(plan[i], outcome, progressed); };
        co_await for_each_bounded(plan.size(), engine_.config.max_streams, fetch);
        const Failure& failure = outcome.failure;
        if (failure.error && !may_repeat(failure)) std::rethrow_exception(failure.error);
        // An answer whose ranges bring nothing of what it was asked for would be asked for again for ever.
        if (!failure.error && !outcome.shortened && !sink_.has(missing)) Landing::refuse("less than it was asked for");
    }
}

// URLs that have expired, and what does not decode, are asked for anew; each only a few times without progress.
bool XetFetch::may_repeat(const Failure& failure) {
    if (failure.expired) return renewals_++ < most_renewals;
    return failure.damaged && repairs_++ < most_repairs;
}

/// The store's routes have been asked as often as the session allows: what fails here is not a transfer that broke off.
asio::awaitable<std::optional<xet::Reconstruction>> XetFetch::ask(ByteRange window) {
    try {
        std::optional<xet::Reconstruction> answer = co_await store_.reconstruct(file_, window);
        co_return answer;
    } catch (const Error&) {
        requests_.end_attempts();
        throw;
    }
}

bool XetFetch::is_missing(const xet::PlannedFetch& fetch) const {
    return std::ranges::any_of(fetch.placements, [&](const auto& place) { return !sink_.has(place.file); });
}

/// A range that fails does not end the others: what they bring is kept.
asio::awaitable<void> XetFetch::fetch_planned(const xet::PlannedFetch& fetch, Outcome& outcome, bool& progressed) {
    try {
        if (older_) co_await take_from_older(fetch, progressed);
        Semaphore::Ticket turn;
        if (recent_ && is_missing(fetch)) {
            turn = co_await recent_->turn(fetch.source->xorb, fetch.range.chunks.begin);
            const std::uint64_t taken = co_await take_from_recent(fetch, progressed);
            if (taken >= worth_a_question && is_missing(fetch)) {
                outcome.shortened = true;
                co_return;
            }
        }
        if (is_missing(fetch)) co_await fetch_range(fetch, progressed);
    } catch (const FileSystemError&) {
        throw;
    } catch (const Error& error) {
        Failure& failure = outcome.failure;
        if (failure.error) co_return;
        failure.error = std::current_exception();
        failure.expired = error.status() == 403;
        failure.damaged =
            dynamic_cast<const IntegrityError*>(&error) || dynamic_cast<const InvalidResponseError*>(&error);
    }
}

asio::awaitable<void> XetFetch::fetch_range(const xet::PlannedFetch& fetch, bool& progressed) {
    const Semaphore::Ticket stream = co_await engine_.gate->enter(this);
    const Semaphore::Ticket memory = co_await engine_.memory->take(stream_memory);
    requests_.require_request();
    Request request = store_.fetch(*fetch.source, fetch.range.bytes);
    Stream answer = co_await requests_.send(std::move(request));
    require_range(answer.response, fetch.range.bytes, requests_.name());
    co_await decode(answer.response, fetch, progressed);
}

asio::awaitable<void> XetFetch::decode(net::Response& response, const xet::PlannedFetch& fetch, bool& progressed) {
    const ContentRequests::Reading reading(requests_);
    BufferPool::Buffer buffer = engine_.buffers->get(BufferPool::large);
    std::vector<std::byte> room(xet::max_chunk_size);
    xet::RecordReader records(fetch.range.chunks.count());
    xet::ChunkDecoder decoder;
    Landing landing(fetch);
    while (const std::size_t n = co_await response.body->read_some(asio::buffer(buffer.data(), buffer.size()))) {
        engine_.gate->on_bytes(n);
        std::uint64_t fresh = 0;
        xet::Bytes data(reinterpret_cast<const std::byte*>(buffer.data()), n);
        while (const auto record = records.next(data)) {
            const xet::Bytes content = decoder.content(record->header, record->stored, room);
            fresh += landing.land(sink_, content, requests_, progressed);
        }
        if (records.complete() && !data.empty()) Landing::refuse("more bytes than its chunks have");
        if (call_.progress) call_.progress->received(n, fresh, requests_.name());
        if (fresh > 0) renewals_ = 0;
        requests_.require_patience();
    }
    records.finish();
    note_recent(fetch, landing.chunks);
}

}  // namespace hf
