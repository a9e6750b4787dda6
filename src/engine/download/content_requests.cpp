#include "engine/download/content_requests.hpp"

#include "session/retrying.hpp"

#include <hf/core/error.hpp>
#include <hf/session/environment.hpp>
#include <hf/transfer/progress.hpp>

#include <utility>

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

// Seconds without a byte after which a download is taken up again, if HF_HUB_DOWNLOAD_TIMEOUT names them.
std::optional<double> download_timeout(const Session& session) {
    const auto seconds = session.environment().download_timeout;
    if (seconds == default_download_timeout || seconds.count() <= 0) return std::nullopt;
    return static_cast<double>(seconds.count());
}

}  // namespace

void ContentRequests::begin(std::uint64_t parts, RangeSet kept) {
    // What is continued and then does not hash right gets one fetch more: it may be the old part.
    fetches_ = kept.total() > 0 ? -1 : 0;
    exhausted_ = false;
    last_failure_ = nullptr;
    budget_.emplace(parts, std::move(kept), engine().config.patience);
}

void ContentRequests::give_up(std::string_view what) {
    exhausted_ = true;
    if (last_failure_) std::rethrow_exception(last_failure_);
    throw_about<ProtocolError>(std::string(what) + ": " + name() + " is given up");
}

void ContentRequests::require_request() {
    if (!budget_->ask()) give_up("too many requests brought nothing new");
}

void ContentRequests::require_restart() {
    if (!budget_->restart()) give_up("the server cannot continue a transfer and breaks it off each time");
}

void ContentRequests::require_patience() {
    if (budget_->is_patient(now())) return;
    exhausted_ = true;
    const auto limit = std::chrono::duration_cast<std::chrono::seconds>(engine().config.patience);
    throw_about<TimeoutError>("fewer than 64 KiB of " + name() + " arrived in " + std::to_string(limit.count()) + " s");
}

void ContentRequests::note_kept(ByteRange range, bool& progressed) {
    if (budget_->kept(range, now())) progressed = true;
}

void ContentRequests::note_kept_or_give_up(ByteRange range, bool& progressed) {
    note_kept(range, progressed);
    require_patience();
}

void ContentRequests::ask_for_the_whole() {
    whole_only_ = true;
    throw AskOtherwise();
}

asio::awaitable<bool> ContentRequests::resuming(const Attempt& attempt) {
    bool again = false, progressed = false;
    const auto counted = [&] {
        if (std::exchange(again, true) && progress()) progress()->retried();
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
        co_await retrying(call_->session.clock(), to_policy(engine().config.resume), counted, judge);
    } catch (const AskOtherwise&) {
        co_return false;
    }
    co_return true;
}

Partial ContentRequests::open_partial() const {
    const bool kept = *content().size() >= engine().config.keep_partials_above;
    Partial partial = kept ? job_.store->claim(content()) : job_.store->create(content());
    // What cannot be verified is only continued if the server can tell whether it is still the same.
    const bool trusted = content().kind() != ContentId::Kind::unknown || !partial.validator().empty();
    if (!trusted && partial.ranges().total() > 0) partial.restart();
    if (partial.ranges().total() == 0 && !job_.incomplete.empty())
        partial = job_.store->copy_of(content(), job_.incomplete);
    return partial;
}

asio::awaitable<Stream> ContentRequests::send(Request request) {
    if (const auto timeout = download_timeout(call_->session)) request.timeout(timeout);
    Stream stream = co_await call_->session.open(std::move(request));
    co_return stream;
}

asio::awaitable<Stream> ContentRequests::open(ByteRange range, std::uint64_t size, bool ranged,
                                              std::string_view validator) {
    for (int renewals = 0;; ++renewals) {
        require_request();
        Request request = co_await job_.source->request();
        if (ranged) {
            request.header("Range", range_field(range, size));
            if (!validator.empty()) request.header("If-Range", std::string(validator));
        }
        if (decode_) request.decompress(true).header("Accept-Encoding", "identity");
        try {
            Stream stream = co_await send(std::move(request));
            job_.source->answered(stream.url);
            co_return stream;
        } catch (const HfHubHTTPError& error) {
            const bool renewed = renewals < most_renewals && job_.source->renew(error.status());
            if (!renewed && (!ranged || !may_refuse_ranges(error.status()))) throw;
            if (!renewed) whole_only_ = true;
        }
        if (ranged && whole_only_) throw AskOtherwise();
    }
}

RangeAnswer ContentRequests::accept(const net::Response& response, ByteRange asked, bool ranged) {
    const auto size = content().size();
    const auto coding = response.fields.find("Content-Encoding");
    if (coding && *coding != "identity" && !is_as_long(response, size)) {
        if (decode_)
            throw_about<ProtocolError>("the server sends " + name() + " encoded as '" + std::string(*coding) +
                                       "', which it was asked not to");
        if (!encoded_) {
            encoded_ = decode_ = true;
            ask_for_the_whole();
        }
    }
    const RangeAnswer answer = judge_answer(response.status, response.fields, response.body_size, asked, size, name());
    if (answer.kind != RangeAnswer::Kind::useless) return answer;
    if (!ranged) throw_about<ProtocolError>("the server sent a part of " + name() + " when it was asked for all of it");
    ask_for_the_whole();
}

void ContentRequests::refuse_size(ByteRange asked, std::uint64_t actual_end, Partial* all) {
    if (std::exchange(decode_, false)) throw AskOtherwise();
    // All that is kept came with this answer.
    if (asked.begin == 0 && fetches_ == 0 && all) all->discard();
    throw_wrong_size(name(), asked.end, actual_end);
}

asio::awaitable<bool> ContentRequests::is_right(ContentHash& hash, Partial& partial) {
    if (content().kind() == ContentId::Kind::unknown) co_return true;
    const std::string found = hash.finish();
    if (found == content().etag()) co_return true;
    if (!std::exchange(asked_again_, true)) {
        const std::string opinion = co_await job_.source->second_opinion();
        if (opinion == found) {
            job_.content = ContentId(found, content().size());
            co_return true;
        }
    }
    if (++fetches_ >= most_fetches) {
        partial.discard();  // nobody wants to continue what is known to be wrong
        throw_wrong_hash(name(), content().etag(), found);
    }
    if (encoded_) decode_ = !decode_;
    co_return false;
}

}  // namespace hf
