#include "bench.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <thread>

namespace bench {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr std::string_view half = "0123456789abcdef";

/// Sends half of each answer, the rest on `release`, and notes when a client goes away before.
class HalfServer {
public:
    HalfServer() : acceptor_(context_, tcp::endpoint(asio::ip::address_v4::loopback(), 0), false) {
        acceptor_.listen(4096);
        asio::co_spawn(context_, accept(), asio::detached);
        thread_ = std::thread([this] { context_.run(); });
    }
    ~HalfServer() {
        context_.stop();
        thread_.join();
    }

    std::string endpoint() const { return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()); }
    std::uint64_t started() const { return started_; }
    std::uint64_t closed() const { return closed_; }
    std::chrono::steady_clock::time_point first_close() const { return first_close_; }
    void release() { released_ = true; }

private:
    asio::awaitable<void> accept() {
        for (;;) {
            tcp::socket socket = co_await acceptor_.async_accept(asio::use_awaitable);
            asio::co_spawn(context_, serve(std::move(socket)), asio::detached);
        }
    }

    asio::awaitable<void> serve(tcp::socket socket) {
        std::string text;
        co_await asio::async_read_until(socket, asio::dynamic_buffer(text), "\r\n\r\n", asio::use_awaitable);
        std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(2 * half.size()) + "\r\n\r\n";
        answer += half;
        co_await asio::async_write(socket, asio::buffer(answer), asio::use_awaitable);
        ++started_;
        bool gone = false;
        asio::co_spawn(context_, watch(socket, gone), asio::detached);
        asio::steady_timer timer(context_);
        while (!released_ && !gone) {
            timer.expires_after(std::chrono::milliseconds(20));
            co_await timer.async_wait(asio::use_awaitable);
        }
        if (!gone) co_await asio::async_write(socket, asio::buffer(half), asio::use_awaitable);
        while (!gone) {
            timer.expires_after(std::chrono::milliseconds(20));
            co_await timer.async_wait(asio::use_awaitable);
        }
    }

    // The frame of serve() outlives this one: it waits for `gone`.
    asio::awaitable<void> watch(tcp::socket& socket, bool& gone) {
        char byte = 0;
        try {
            co_await asio::async_read(socket, asio::buffer(&byte, 1), asio::use_awaitable);
        } catch (const boost::system::system_error&) {
            // The end of the connection is what is waited for.
        }
        if (!released_ && closed_++ == 0) first_close_ = std::chrono::steady_clock::now();
        gone = true;
    }

    asio::io_context context_{1};
    tcp::acceptor acceptor_;
    std::thread thread_;
    std::atomic<std::uint64_t> started_{0}, closed_{0};
    std::atomic<bool> released_{false};
    std::chrono::steady_clock::time_point first_close_;
};

asio::awaitable<void> read_answer(const hf::HfApi& api, std::uint64_t& complete) {
    hf::Stream stream = co_await api.session().open(hf::get("/api/models/bench/slow"));
    const std::string body = co_await hf::net::read_all(std::move(stream.response.body), 1024);
    if (body.size() == 2 * half.size()) ++complete;
}

asio::awaitable<void> until(asio::steady_timer& timer, const std::function<bool()>& reached, std::string what) {
    const Watch watch;
    while (!reached()) {
        if (watch.seconds() > 60) throw std::runtime_error("waited in vain for " + what);
        timer.expires_after(std::chrono::milliseconds(1));
        co_await timer.async_wait(asio::use_awaitable);
    }
}

asio::awaitable<void> steer(HalfServer& server, std::uint64_t count, asio::cancellation_signal& signal,
                            const std::uint64_t& ended, Figures& figures) {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    const std::function<bool()> all_run = [&] { return server.started() == count; };
    const std::function<bool()> one_closed = [&] { return server.closed() > 0; };
    co_await until(timer, all_run, "all transfers to run");
    const auto start = std::chrono::steady_clock::now();
    signal.emit(asio::cancellation_type::terminal);
    co_await until(timer, one_closed, "the socket to close");
    figures["close_ms"] = std::chrono::duration<double, std::milli>(server.first_close() - start).count();
    timer.expires_after(std::chrono::milliseconds(200));
    co_await timer.async_wait(asio::use_awaitable);
    figures["closed"] = static_cast<double>(server.closed());
    figures["ended"] = static_cast<double>(ended);
    server.release();
}

}  // namespace

/// Cancels one of `--count` transfers that are under way.
Figures cancel(const Arguments& arguments) {
    const std::uint64_t count = arguments.number("count", 1000);
    HalfServer server;
    const std::string endpoint = server.endpoint();
    asio::io_context context(1);
    hf::SessionConfig config;
    config.endpoint = endpoint;
    config.max_connections = static_cast<unsigned>(count);
    const hf::HfApi api(context.get_executor(), config);
    asio::cancellation_signal signal;
    std::uint64_t ended = 0, complete = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto done = [&](std::exception_ptr) { ++ended; };
        if (i == count / 2)
            asio::co_spawn(context, read_answer(api, complete), asio::bind_cancellation_slot(signal.slot(), done));
        else
            asio::co_spawn(context, read_answer(api, complete), done);
    }
    Figures figures;
    run(context, steer(server, count, signal, ended, figures), arguments, figures);
    figures["complete"] = static_cast<double>(complete);
    return figures;
}

}  // namespace bench
