// What all files have in common, and those that are read into memory or have no known size.

#include "engine/download/fetch.hpp"

#include "session/retrying.hpp"

#include <hf/core/error.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace hf {

namespace asio = boost::asio;

namespace {

// Content that does not hash to its ETag is fetched once more: transfers do go wrong, servers seldom.
constexpr int most_fetches = 2;
// Links are renewed when they expired; a server that refuses each new one is not asked for ever.
constexpr int most_renewals = 2;

template <class E>
[[noreturn]] void throw_about(std::string message) {
    ErrorInfo info;
    info.message = std::move(message);
    throw E(std::move(info));
}

/// Archives are sometimes labelled with what they are. Then the bytes that are sent are as many as the file has.
bool is_as_long(const net::Response& response, std::optional<std::uint64_t> size) {
    const auto range = ContentRange::parse(response.fields.find("Content-Range").value_or(""));
    return size && (range ? range->total : response.body_size) == size;
}

}  // namespace

Fetch::Fetch(Session session, std::shared_ptr<TransferEngine> transfers, FetchJob job)
    : session_(std::move(session)), transfers_(std::move(transfers)), job_(std::move(job)) {}

asio::awaitable<Partial> Fetch::run() {
    const bool verifiable = job_.content.kind() != ContentId::Kind::unknown;
    if (!verifiable && transfers_->config.require_hash)
        throw_about<InvalidResponseError>("the server gives no hash of " + job_.name + ": it cannot be verified");
    Partial partial = co_await bring();
    if (!verifiable && job_.progress) job_.progress->unverified(job_.name);
    if (transfers_->config.durable) partial.make_durable();
    co_return partial;
}

asio::awaitable<Partial> Fetch::bring() {
    if (!job_.content.size()) return of_unknown_size();
    // One byte more than the file, to notice bodies that are too long.
    if (*job_.content.size() < BufferPool::large) return in_memory();
    return on_disk();
}

// --- asking again ----------------------------------------------------------------------------------------

void Fetch::begin(std::uint64_t parts, RangeSet kept) {
    // What is continued and then does not hash right gets one fetch more: it may be the old part.
    fetches_ = kept.total() > 0 ? -1 : 0;
    budget_.emplace(parts, std::move(kept), transfers_->config.patience);
}

void Fetch::give_up(std::string_view what) {
    exhausted_ = true;
    if (last_failure_) std::rethrow_exception(last_failure_);
    throw_about<ProtocolError>(std::string(what) + ": " + job_.name + " is given up");
}

void Fetch::require_restart() {
    if (!budget_->restart()) give_up("the server cannot continue a transfer and breaks it off each time");
}

void Fetch::require_patience() {
    if (budget_->is_patient(session_.clock().now())) return;
    exhausted_ = true;
    const auto limit = std::chrono::duration_cast<std::chrono::seconds>(transfers_->config.patience);
    throw_about<TimeoutError>("fewer than 64 KiB of " + job_.name + " arrived in " + std::to_string(limit.count()) +
                              " s");
}

void Fetch::note_kept(ByteRange range, bool& progressed) {
    if (budget_->kept(range, session_.clock().now())) progressed = true;
    require_patience();
}

void Fetch::refuse_size(ByteRange asked, std::uint64_t actual_end) {
    if (std::exchange(decode_, false)) throw AskOtherwise();
    // All that is kept came with this answer.
    if (asked.begin == 0 && fetches_ == 0 && mode_ != Mode::parts) partial_.discard();
    throw_wrong_size(job_.name, asked.end, actual_end);
}

asio::awaitable<bool> Fetch::resuming(const Attempt& attempt) {
    bool again = false, progressed = false;
    const auto counted = [&] {
        if (std::exchange(again, true) && job_.progress) job_.progress->retried();
        progressed = false;
        return attempt(progressed);
    };
    const auto judge = [&](const Error& error) {
        last_failure_ = std::current_exception();
        Failed failed{net::Outcome::of_error(error), progressed};
        if (exhausted_) failed.outcome.kind = net::Outcome::Kind::permanent;
        return failed;
    };
    try {
        co_await retrying(session_.clock(), to_policy(transfers_->config.resume), counted, judge);
    } catch (const AskOtherwise&) {
        co_return false;
    }
    co_return true;
}

asio::awaitable<Stream> Fetch::open(ByteRange range, std::uint64_t size, bool ranged) {
    for (int renewals = 0;; ++renewals) {
        if (!budget_->ask()) give_up("too many requests brought nothing new");
        Request request = co_await job_.source->request();
        if (job_.timeout) request.timeout(job_.timeout);
        if (ranged) {
            request.header("Range", range_field(range, size));
            if (!partial_.validator().empty()) request.header("If-Range", partial_.validator());
        }
        if (decode_) request.decompress(true).header("Accept-Encoding", "identity");
        try {
            Stream stream = co_await session_.open(std::move(request));
            job_.source->answered(stream.url);
            co_return stream;
        } catch (const HfHubHTTPError& error) {
            const bool renewed = renewals < most_renewals && job_.source->renew(error.status());
            if (!renewed && (!ranged || !may_refuse_ranges(error.status()))) throw;
            if (!renewed) mode_ = Mode::whole;
        }
        if (ranged && mode_ == Mode::whole) throw AskOtherwise();
    }
}

RangeAnswer Fetch::accept(const net::Response& response, ByteRange asked, bool ranged) {
    const auto size = job_.content.size();
    const auto coding = response.fields.find("Content-Encoding");
    if (coding && *coding != "identity" && !is_as_long(response, size)) {
        if (decode_)
            throw_about<ProtocolError>("the server sends " + job_.name + " encoded as '" + std::string(*coding) +
                                       "', which it was asked not to");
        if (!encoded_) {
            encoded_ = decode_ = true;
            mode_ = Mode::whole;
            throw AskOtherwise();
        }
    }
    const RangeAnswer answer =
        judge_answer(response.status, response.fields, response.body_size, asked, size, job_.name);
    if (answer.kind != RangeAnswer::Kind::useless) return answer;
    if (!ranged)
        throw_about<ProtocolError>("the server sent a part of " + job_.name + " when it was asked for all of it");
    mode_ = Mode::whole;
    throw AskOtherwise();
}

asio::awaitable<bool> Fetch::is_right() {
    if (job_.content.kind() == ContentId::Kind::unknown) co_return true;
    const std::string found = hash_->finish();
    if (found == job_.content.etag()) co_return true;
    if (!std::exchange(asked_again_, true)) {
        const std::string opinion = co_await job_.source->second_opinion();
        if (opinion == found) {
            job_.content = ContentId(found, job_.content.size());
            co_return true;
        }
    }
    if (++fetches_ >= most_fetches) {
        partial_.discard();  // nobody wants to continue what is known to be wrong
        throw_wrong_hash(job_.name, job_.content.etag(), found);
    }
    if (encoded_) decode_ = !decode_;
    co_return false;
}

// --- small files -----------------------------------------------------------------------------------------

void Fetch::load_incomplete(BufferPool::Buffer& buffer) {
    if (job_.incomplete.empty()) return;
    const File file = File::try_open_own_at(AT_FDCWD, job_.incomplete.c_str(), O_RDONLY, job_.incomplete);
    if (!file) return;
    received_ = file.read_at(buffer.data(), static_cast<std::size_t>(*job_.content.size()), 0);
    if (job_.progress) job_.progress->resumed(static_cast<std::int64_t>(received_));
}

void Fetch::forget_small() {
    if (job_.progress) job_.progress->resumed(-static_cast<std::int64_t>(received_));
    received_ = 0;
}

asio::awaitable<void> Fetch::read_small(BufferPool::Buffer& buffer, bool& progressed) {
    const std::uint64_t size = *job_.content.size();
    while (received_ < size || size == 0) {
        if (mode_ == Mode::whole && received_ > 0) {
            require_restart();
            forget_small();
        }
        const bool ranged = received_ > 0;
        const ByteRange asked{received_, size};
        Stream stream = co_await open(asked, size, ranged);
        const net::Response& response = stream.response;
        const RangeAnswer answer = accept(response, asked, ranged);
        if (answer.kind == RangeAnswer::Kind::whole && ranged) {
            require_restart();
            forget_small();
        }
        const Reading reading(*this);
        while (received_ <= answer.body.end) {
            const asio::mutable_buffer room(buffer.data() + received_, buffer.size() - received_);
            const std::size_t n = co_await response.body->read_some(room);
            if (n == 0) break;
            received_ += n;
            if (job_.progress) job_.progress->received(n, job_.name);
            note_kept({0, std::min<std::uint64_t>(received_, size)}, progressed);
        }
        // A body as long as it was said to be, which is not what was asked for, is a wrong file.
        if (received_ != answer.body.end) refuse_size({0, answer.body.end}, received_);
        if (size == 0) co_return;
    }
}

asio::awaitable<Partial> Fetch::in_memory() {
    const auto size = static_cast<std::size_t>(*job_.content.size());
    const Semaphore::Ticket memory = co_await transfers_->memory->take(size + 1);
    BufferPool::Buffer buffer = transfers_->buffers->get(size + 1);
    const Attempt read = [&](bool& progressed) { return read_small(buffer, progressed); };
    load_incomplete(buffer);
    RangeSet kept;
    kept.add({0, received_});
    begin(1, std::move(kept));
    while (true) {
        const bool complete = co_await resuming(read);
        if (complete) {
            hash_.emplace(job_.content);
            hash_->update(buffer.data(), size);
            const bool right = co_await is_right();
            if (right) break;
        }
        forget_small();
    }
    Partial partial = job_.store->create(job_.content);
    partial.file().write_at(buffer.data(), size, 0);
    co_return partial;
}

// --- files of unknown size ---------------------------------------------------------------------------------

asio::awaitable<void> Fetch::read_unknown(BufferPool::Buffer& buffer, std::uint64_t& size, bool& progressed) {
    partial_ = job_.store->create(job_.content);
    Stream stream = co_await open({}, 0, false);
    net::Response& response = stream.response;
    accept(response, {}, false);
    if (response.body_size) partial_.file().reserve(*response.body_size);
    const Reading reading(*this);
    std::uint64_t at = 0;
    while (const std::size_t n = co_await response.body->read_some(asio::buffer(buffer.data(), buffer.size()))) {
        partial_.file().write_at(buffer.data(), n, at);
        note_kept({at, at + n}, progressed);
        at += n;
        if (job_.progress) job_.progress->received(n, job_.name);
    }
    size = at;
}

asio::awaitable<Partial> Fetch::of_unknown_size() {
    const Semaphore::Ticket memory = co_await transfers_->memory->take(BufferPool::large);
    BufferPool::Buffer buffer = transfers_->buffers->get(BufferPool::large);
    std::uint64_t size = 0;
    bool again = false;
    const Attempt read = [&](bool& progressed) {
        if (std::exchange(again, true)) require_restart();
        return read_unknown(buffer, size, progressed);
    };
    begin(1);
    while (true) {
        const bool complete = co_await resuming(read);
        if (!complete) continue;
        // A git blob's hash starts with its size, so only now it can be taken.
        plan_.emplace(size, size);
        plan_->wrote({0, size});
        hash_.emplace(ContentId(job_.content.etag(), size));
        co_await hash_rest();
        const bool right = co_await is_right();
        if (right) break;
    }
    co_return std::move(partial_);
}

}  // namespace hf
