#include "core/link_header.hpp"
#include "core/text.hpp"
#include "session/element_scanner.hpp"
#include "session/retrying.hpp"
#include "session/seen_pages.hpp"
#include "session/session_state.hpp"

#include <hf/core/error.hpp>
#include <hf/session/paging.hpp>
#include <hf/session/session.hpp>
#include <hf/session/within.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/concurrent_channel.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <charconv>
#include <limits>

namespace hf {
namespace {

namespace asio = boost::asio;

// Bytes asked from the network at a time, and how many such batches may wait for the consumer: together
// half a MiB ahead, about the size of one page of the Hub. glibc tidies up its whole heap when a block of
// 64 KiB is freed.
constexpr std::size_t chunk_size = 32u << 10;
constexpr std::size_t batches_ahead = 16;

// Filters make the Hub give empty pages with a next link, but not in such a row.
constexpr unsigned max_empty_pages = 100;

using Channel = asio::experimental::concurrent_channel<void(boost::system::error_code, ElementBatch)>;
using Strand = asio::strand<asio::any_io_executor>;

/// Shared by the consumer and the fetching coroutine.
struct Shared {
    Shared(Session session, Request first, std::uint64_t skip, std::uint64_t limit,
           std::optional<std::chrono::milliseconds> time)
        : session(std::move(session)), first(std::move(first)), skip(skip), limit(limit), time(time) {}

    Session session;
    Request first;
    std::uint64_t skip;                             // elements of the first page that an earlier generator gave
    std::uint64_t limit;                            // elements still wanted
    std::optional<std::chrono::milliseconds> time;  // for each wait of the consumer
    std::chrono::steady_clock::time_point until;    // the end of the present one
    std::optional<Strand> strand;
    std::optional<Channel> channel;
    asio::cancellation_signal stop;
    SeenPages seen;
    unsigned empty_pages = 0;  // in a row
    bool ended = false;        // its time is over
};

/// A page whose body is being read. Remembers how much of it was handed on, so that it can be asked
/// again when the connection breaks.
struct Page {
    Request request;
    std::uint64_t handed_on = 0;
    std::string next;
    std::string url;
};

[[noreturn]] void throw_endless(std::string_view why, const Url& page) {
    ErrorInfo info;
    info.url = page.redacted();
    info.message = "the list has no end: " + std::string(why) + " at " + info.url;
    throw InvalidResponseError(std::move(info));
}

// Judged where the page is whole.
void require_progress(Shared& shared, const Url& page, bool empty) {
    shared.empty_pages = empty ? shared.empty_pages + 1 : 0;
    if (shared.empty_pages > max_empty_pages)
        throw_endless(std::to_string(shared.empty_pages) + " empty pages in a row", page);
}

void keep_from(ElementBatch& batch, std::uint64_t index, Page& page, std::uint64_t& limit) {
    batch.page = page.url;
    const std::uint64_t repeated = page.handed_on > index ? page.handed_on - index : 0;
    batch.elements.erase(
        batch.elements.begin(),
        batch.elements.begin() + static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(repeated, batch.elements.size())));
    batch.first_index = std::max(index, page.handed_on);
    if (batch.elements.size() > limit) batch.elements.resize(limit);
    limit -= batch.elements.size();
    page.handed_on = std::max(page.handed_on, batch.first_index + batch.elements.size());
}

asio::awaitable<void> fetch_page(std::shared_ptr<Shared> shared, Page& page) {
    Stream stream = co_await shared->session.open(page.request);
    const bool again = !page.url.empty();  // its body broke off
    page.url = stream.url.to_string();
    if (!again && !shared->seen.add(page.url))
        throw_endless("a next link leads to a page that was read before", stream.url);
    page.next = next_link(stream.response.fields.combined("Link")).value_or("");
    ElementScanner scanner;
    std::string chunk(chunk_size, '\0');
    std::uint64_t index = 0;
    while (shared->limit > 0) {
        const std::size_t n = co_await stream.response.body->read_some(asio::buffer(chunk));
        if (n == 0) break;
        scanner.feed(std::string_view(chunk).substr(0, n));
        if (scanner.pending() == 0) continue;
        ElementBatch batch;
        scanner.take(batch.text, batch.elements);
        const std::uint64_t first = index;
        index += batch.elements.size();
        keep_from(batch, first, page, shared->limit);
        if (!batch.elements.empty())
            co_await shared->channel->async_send(boost::system::error_code(), std::move(batch), asio::use_awaitable);
    }
    if (shared->limit > 0 && !scanner.complete()) {
        ErrorInfo info;
        info.message = "the list ends within its page " + stream.url.redacted();
        throw InvalidResponseError(std::move(info));
    }
    if (index > 0 || shared->limit == 0) co_return require_progress(*shared, stream.url, false);
    require_progress(*shared, stream.url, true);
    // The consumer has a say in how many empty pages are asked, too, and its cursor moves on.
    ElementBatch nothing;
    nothing.page = page.url;
    co_await shared->channel->async_send(boost::system::error_code(), std::move(nothing), asio::use_awaitable);
}

/// `fetch_page`, again where its body broke off.
asio::awaitable<void> fetch_page_surely(std::shared_ptr<Shared> shared, Page& page) {
    const auto once = [&] { return fetch_page(shared, page); };
    const auto judge = [&](const Error& error) {
        // Errors of the head were retried by the session already; they carry no page yet.
        if (page.url.empty()) throw;
        return Failed{net::Outcome::of_error(error)};
    };
    co_await retrying(shared->session.clock(), to_policy(shared->session.page_retry()), once, judge);
}

asio::awaitable<void> fetch_all(std::shared_ptr<Shared> shared) {
    Page page{shared->first, shared->skip, {}, {}};
    std::exception_ptr failure;
    try {
        while (shared->limit > 0) {
            co_await fetch_page_surely(shared, page);
            if (page.next.empty()) break;
            Request following = shared->session.following_page(page.request, page.url, page.next);
            page = Page{std::move(following), 0, {}, {}};
        }
    } catch (...) {
        failure = std::current_exception();
    }
    // The end travels as a batch of its own: closing the channel would drop what still waits in it.
    ElementBatch last;
    last.error = failure;
    last.last = true;
    last.page = page.url;
    last.first_index = page.handed_on;
    co_await shared->channel->async_send(boost::system::error_code(), std::move(last), asio::use_awaitable);
}

class Pages final : public PageStream {
public:
    explicit Pages(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}

    ~Pages() override { end(shared_); }

    asio::awaitable<std::optional<ElementBatch>> next(bool continued) override {
        const std::shared_ptr<Shared> shared = shared_;
        if (shared->ended) co_return std::nullopt;
        if (shared->time && !continued) shared->until = shared->session.clock().now() + *shared->time;
        if (!shared->channel) {
            const asio::any_io_executor executor = co_await asio::this_coro::executor;
            shared->strand.emplace(asio::make_strand(executor));
            shared->channel.emplace(executor, batches_ahead);
            const auto done = [shared](std::exception_ptr) {};  // keeps the state while it is cancelled
            asio::co_spawn(*shared->strand, fetch_all(shared), asio::bind_cancellation_slot(shared->stop.slot(), done));
        }
        auto batch = detail::within(shared->session.clock(), time_left(*shared), receive(shared));
        try {
            co_return co_await std::move(batch);
        } catch (const TimeoutError&) {
            shared->ended = true;
            end(shared);
            throw;
        }
    }

private:
    static asio::awaitable<std::optional<ElementBatch>> receive(std::shared_ptr<Shared> shared) {
        auto [error, batch] = co_await shared->channel->async_receive(asio::as_tuple(asio::use_awaitable));
        if (error == asio::experimental::error::channel_cancelled) error = asio::error::operation_aborted;
        if (error) throw boost::system::system_error(error);
        if (batch.last && !batch.error) co_return std::nullopt;
        co_return std::optional<ElementBatch>(std::move(batch));
    }

    static std::optional<std::chrono::milliseconds> time_left(const Shared& shared) {
        if (!shared.time) return std::nullopt;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(shared.until - shared.session.clock().now());
        return std::max(left, std::chrono::milliseconds(0));
    }

    static void end(const std::shared_ptr<Shared>& shared) {
        if (!shared->channel) return;
        shared->channel->close();
        asio::post(*shared->strand, [shared] { shared->stop.emit(asio::cancellation_type::all); });
    }

    std::shared_ptr<Shared> shared_;
};

// A cursor is the page's URL, a space (which no URL holds), and how many of its elements were given.
std::pair<std::string_view, std::uint64_t> parse_cursor(std::string_view cursor) {
    const auto space = cursor.find(' ');
    if (space != cursor.npos) {
        if (const auto index = to_number<std::uint64_t>(cursor.substr(space + 1)))
            return {cursor.substr(0, space), *index};
    }
    throw_validation("cursor", "not a cursor of a list: '" + std::string(cursor) + "'");
}

}  // namespace

std::string make_cursor(std::string_view page, std::uint64_t index) {
    return std::string(page) + " " + std::to_string(index);
}

std::unique_ptr<PageStream> Session::pages(Request request, ListOptions options) const {
    std::uint64_t skip = 0;
    if (!options.cursor.empty()) {
        const auto [page, index] = parse_cursor(options.cursor);
        request = following_page(request, endpoint(), page);
        skip = index;
    }
    constexpr auto unlimited = std::numeric_limits<std::uint64_t>::max();
    const std::uint64_t limit =
        options.limit ? static_cast<std::uint64_t>(std::max<std::int64_t>(*options.limit, 0)) : unlimited;
    // Pages are fetched ahead, while nobody waits for them: the time runs where the consumer waits.
    const auto time = state_->time_for(request);
    request.deadline_ = std::chrono::milliseconds(0);
    request.page_ = true;
    return std::make_unique<Pages>(std::make_shared<Shared>(*this, std::move(request), skip, limit, time));
}

}  // namespace hf
