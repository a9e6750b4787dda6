#include "net/http1/conversation.hpp"

#include "async/turn.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <cstdio>
#include <vector>

namespace hf::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

namespace {

// One upload buffer: large enough that its system calls do not show, small enough not to hold up the thread.
constexpr std::size_t upload_block = 256 * 1024;

}  // namespace

/// Waits for writing and reading at once, so that an answer to an unfinished upload is seen. The wait for
/// reading stays on over several waits for writing.
struct Conversation::Watch {
    Event event;
    std::atomic<bool> reading{false}, writing{false};
};

asio::awaitable<void> Conversation::wait_either() {
    Exchange& exchange = lease_.exchange();
    if (!watch_) watch_ = std::make_shared<Watch>();
    auto& socket = connection_.stream.socket();
    if (!watch_->reading.exchange(true))
        socket.async_wait(tcp::socket::wait_read, [watch = watch_](error_code) {
            watch->reading = false;
            watch->event.set();
        });
    if (!watch_->writing.exchange(true))
        socket.async_wait(tcp::socket::wait_write, [watch = watch_](error_code) {
            watch->writing = false;
            watch->event.set();
        });
    exchange.wait_begins(Limit::stall, Clock::now());
    co_await watch_->event.wait();
}

Conversation::Step Conversation::broken(std::string_view what, error_code error) {
    what_ = what;
    error_ = error;
    return Step::broken;
}

Conversation::Step Conversation::parse() {
    for (;;) {
        error_code error;
        const std::size_t size = parse_response_head(connection_.in.view(), lease_.exchange().method,
                                                     lease_.state().config().max_header_bytes, head_, error);
        if (error) {
            malformed_ = true;
            return broken("the answer is not HTTP", error);
        }
        if (size == 0) return Step::go_on;
        connection_.in.consume(size);
        if (head_.status >= 200) return Step::answered;
        if (head_.status == 101 || ++interim_ > max_interim) {
            malformed_ = true;
            return broken("the answer has only 1xx heads", error_code());
        }
    }
}

Conversation::Step Conversation::take(std::size_t got, error_code error) {
    if (error == asio::error::would_block) return Step::go_on;
    if (error) return broken("the connection was closed before the answer", error);
    connection_.in.commit(got);
    received_ = true;
    lease_.state().counters.received.fetch_add(got, std::memory_order_relaxed);
    if (Pacer& pacer = lease_.state().receiving; pacer.limited()) pacer.book(got, Clock::now());
    return parse();
}

Conversation::Step Conversation::look_for_answer() {
    // Until nothing is left: what TLS has decrypted already is not announced by the socket again.
    for (;;) {
        error_code error;
        const std::size_t got = connection_.stream.try_read(connection_.in.prepare(), error);
        const Step step = take(got, error);
        if (error || step != Step::go_on) return step;
    }
}

asio::awaitable<Conversation::Step> Conversation::write(std::string_view bytes, bool is_body) {
    Exchange& exchange = lease_.exchange();
    Pacer& pacer = lease_.state().sending;
    while (!bytes.empty()) {
        if (pacer.limited() && allowance_ == 0) {
            allowance_ = std::min(bytes.size(), pacer.piece());
            co_await lease_.pace(pacer, allowance_);
        }
        error_code error;
        const auto piece = pacer.limited() ? bytes.substr(0, allowance_) : bytes;
        const std::size_t sent = connection_.stream.try_write(asio::buffer(piece), error);
        if (sent > 0) {
            if (pacer.limited()) allowance_ -= sent;
            sent_ += sent;
            bytes.remove_prefix(sent);
            exchange.wait_ends(Clock::now());
            if (is_body) exchange.body_moved(sent);
            lease_.state().counters.sent.fetch_add(sent, std::memory_order_relaxed);
        }
        if (!error) continue;
        if (error != asio::error::would_block) {
            // The peer may have answered before it closed.
            const Step step = look_for_answer();
            if (step == Step::answered) co_return step;
            if (malformed_) co_return Step::broken;
            co_return broken("the connection broke while the request was sent", error);
        }
        co_await wait_either();
        if (exchange.fired() != Limit::none) co_return broken("the exchange was ended", asio::error::operation_aborted);
        const Step step = look_for_answer();
        if (step != Step::go_on) co_return step;
    }
    co_return Step::go_on;
}

asio::awaitable<Conversation::Step> Conversation::write_stream(std::unique_ptr<ByteSource> source, bool chunked,
                                                               std::optional<std::uint64_t> size) {
    // Room for the chunk's size line before the data and the line end behind it.
    constexpr std::size_t before = 16, after = 2;
    std::vector<char> block(before + upload_block + after);
    std::uint64_t left = size.value_or(0);
    for (;;) {
        std::size_t room = upload_block;
        if (size && left < room) room = static_cast<std::size_t>(left);
        std::size_t got = 0;
        if (room > 0) got = co_await source->read_some(asio::buffer(block.data() + before, room));
        if (size && got == 0 && left > 0) {
            // The caller's fault: the promised length cannot be kept, and nothing else can follow.
            throw_validation("body", "the body ended " + std::to_string(left) + " bytes before its size");
        }
        left -= size ? got : 0;
        std::string_view piece(block.data() + before, got);
        if (chunked) {
            char line[before + 1];
            const int length = std::snprintf(line, sizeof line, "%zx\r\n", got);
            const auto start = block.data() + before - length;
            std::copy_n(line, length, start);
            block[before + got] = '\r';
            block[before + got + 1] = '\n';
            piece = std::string_view(start, static_cast<std::size_t>(length) + got + after);
        }
        const Step step = co_await write(piece, true);
        if (step != Step::go_on) co_return step;
        if (got == 0 || (size && left == 0)) co_return Step::go_on;
        const Step early = look_for_answer();
        if (early != Step::go_on) co_return early;
        // Sockets that always have room would keep the thread from all others.
        co_await pass_turn();
        if (lease_.exchange().fired() != Limit::none)
            co_return broken("the exchange was ended", asio::error::operation_aborted);
    }
}

asio::awaitable<Conversation::Step> Conversation::read_head() {
    lease_.exchange().wait_begins(Limit::first_byte, Clock::now());
    for (;;) {
        // Directly after the request nothing can be there yet, but after an early look something may.
        error_code error;
        const std::size_t got = co_await connection_.stream.read_arriving(connection_.in.prepare(), error);
        Step step = take(got, error);
        if (step == Step::go_on && !error && connection_.stream.tls()) step = look_for_answer();
        if (step != Step::go_on) co_return step;
    }
}

asio::awaitable<bool> Conversation::run(std::string_view text, std::string_view rest,
                                        std::unique_ptr<ByteSource> source, bool chunked,
                                        std::optional<std::uint64_t> source_size) {
    // What came with the heads of earlier answers was not waited for.
    if (Pacer& pacer = lease_.state().receiving; pacer.limited()) co_await lease_.pace(pacer, 0);
    Step step = co_await write(text, false);
    if (step == Step::go_on && !rest.empty()) step = co_await write(rest, true);
    if (step == Step::go_on && source) step = co_await write_stream(std::move(source), chunked, source_size);
    if (step == Step::go_on) {
        request_complete_ = true;
        step = co_await read_head();
    }
    lease_.exchange().wait_ends(Clock::now());
    if (allowance_ > 0) lease_.state().sending.give_back(allowance_);
    // A wait that is still on would count as work while the connection rests in the pool.
    if (watch_ && (watch_->reading || watch_->writing)) {
        error_code ignored;
        connection_.stream.socket().cancel(ignored);
    }
    co_return step == Step::answered;
}

bool Conversation::died_silently() const noexcept {
    return !received_ && !malformed_ && lease_.exchange().fired() == Limit::none;
}

void Conversation::fail() const {
    const Exchange& exchange = lease_.exchange();
    if (malformed_) exchange.fail<ProtocolError>(what_, error_, false);
    exchange.fail(what_, error_, unsent());
}

}  // namespace hf::net
