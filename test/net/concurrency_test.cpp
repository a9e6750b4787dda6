#include "black_hole.hpp"
#include "operation.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <condition_variable>
#include <deque>
#include <future>

using namespace hf::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace net = hf::net;
using boost::system::system_error;
using net::Method;

namespace {

/// A door that script threads wait at.
class Door {
public:
    void open() {
        const std::scoped_lock lock(mutex_);
        open_ = true;
        changed_.notify_all();
    }
    void pass() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return open_; });
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool open_ = false;
};

/// Runs `context` until `done`.
void run_until(asio::io_context& context, const std::function<bool()>& done) {
    BOOST_TEST(eventually(
        [&] {
            context.restart();
            context.run_for(1ms);
            return done();
        },
        60s));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(net_concurrency)

BOOST_AUTO_TEST_CASE(cancelling_one_of_a_thousand) {
    constexpr unsigned count = 1000, first_victim = 500;
    std::atomic<unsigned> asked{0};
    FaultyServer server([&](Peer& peer) {
        for (;;) {
            peer.read_head();
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
            ++asked;
            // The end of the victim's socket ends this wait at once.
            while (asked < count + 1) {
                peer.sleep(500ms);
                if (peer.client_is_gone()) return;
            }
            peer.write("ok");
        }
    });
    Client client(up_to(count));
    std::deque<asio::cancellation_signal> signals(count);
    std::vector<End> ends(count, End::running);
    for (unsigned i = 0; i < count; ++i)
        start_get(client.context.get_executor(), client.transport, server.url(), ends[i], signals[i].slot());
    run_until(client.context, [&] { return asked == count; });
    BOOST_REQUIRE(server.open_connections() == count);
    // A machine that is busy with other things may hold up one victim, not each of several.
    unsigned victims = 0;
    auto taken = std::chrono::steady_clock::duration::max();
    while (victims < 5 && taken >= 50ms * slowness) {
        const auto start = std::chrono::steady_clock::now();
        signals[first_victim + victims].emit(asio::cancellation_type::terminal);
        ++victims;
        run_until(client.context, [&] { return server.open_connections() <= count - victims; });
        taken = std::chrono::steady_clock::now() - start;
        BOOST_TEST(server.open_connections() == count - victims);
        BOOST_TEST(std::count(ends.begin(), ends.end(), End::aborted) == victims);
        BOOST_TEST(std::count(ends.begin(), ends.end(), End::running) == count - victims);
    }
    BOOST_TEST((taken < 50ms * slowness));
    ++asked;  // lets the others finish
    client.context.restart();
    client.context.run();
    BOOST_TEST(std::count(ends.begin(), ends.end(), End::answered) == count - victims);
    BOOST_TEST(server.connections() == count);
}

BOOST_AUTO_TEST_CASE(cancelling_one_of_many_on_several_threads) {
    constexpr unsigned count = 200, victim = 77;
    std::atomic<unsigned> asked{0};
    std::atomic<bool> go{false};
    Pair servers([&](Peer& peer) {
        peer.read_head();
        ++asked;
        while (!go) {
            peer.sleep(50ms);
            if (peer.client_is_gone()) return;
        }
        peer.answer("ok");
        peer.wait_for_close();
    });
    for (FaultyServer* server : servers.both()) {
        asked = 0;
        go = false;
        asio::thread_pool pool(4);
        auto transport = net::make_transport(pool.get_executor(), up_to(count));
        std::vector<asio::strand<asio::any_io_executor>> strands;
        std::deque<asio::cancellation_signal> signals(count);
        std::vector<End> ends(count, End::running);
        for (unsigned i = 0; i < count; ++i) {
            strands.push_back(asio::make_strand(asio::any_io_executor(pool.get_executor())));
            start_get(strands[i], transport, server->url(), ends[i], signals[i].slot());
        }
        BOOST_TEST(eventually([&] { return asked == count; }, 20s));
        const auto start = std::chrono::steady_clock::now();
        asio::post(strands[victim], [&] { signals[victim].emit(asio::cancellation_type::terminal); });
        BOOST_TEST(eventually([&] { return server->open_connections() < count; }));
        BOOST_TEST((std::chrono::steady_clock::now() - start < 50ms * slowness));
        BOOST_TEST(server->open_connections() == count - 1);
        go = true;
        pool.join();
        BOOST_TEST((ends[victim] == End::aborted));
        BOOST_TEST(std::count(ends.begin(), ends.end(), End::answered) == count - 1);
        BOOST_TEST(server->connections() == count);
    }
}

BOOST_AUTO_TEST_CASE(cancelling_in_every_phase) {
    const BlackHole hole("127.0.0.1");
    FaultyServer no_tls([](Peer& peer) { peer.sleep(10s); }, Pair::authority().issue({"127.0.0.1"}), true);
    Pair silent([](Peer& peer) {
        peer.read_head();
        peer.sleep(10s);
    });
    Pair half([](Peer& peer) {
        peer.read_head();
        peer.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
        peer.sleep(10s);
    });
    struct Row {
        std::string name, url;
        net::Body body;
    };
    std::vector<Row> rows = {{"connecting", "http://127.0.0.1:" + std::to_string(hole.port()), {}},
                             {"shaking hands", no_tls.url(), {}},
                             {"resolving", "http://no-such-host.invalid/", {}}};
    for (const auto& url : silent.urls()) {
        rows.push_back({"waiting for the head", url, {}});
        rows.push_back({"uploading", url, stream_body(std::string(60'000'000, 'x'), true)});
    }
    for (const auto& url : half.urls()) rows.push_back({"reading the body", url, {}});
    for (const auto& row : rows) {
        BOOST_TEST_CONTEXT(row.name << " at " << row.url) {
            Client client(Pair::config());
            asio::cancellation_signal signal;
            End end = End::running;
            start_get(client.context.get_executor(), client.transport, row.url, end, signal.slot(), row.body);
            if (row.name != "resolving") client.context.run_for(100ms);
            client.context.poll();
            BOOST_TEST((end == End::running));
            signal.emit(asio::cancellation_type::terminal);
            client.context.restart();
            const auto start = std::chrono::steady_clock::now();
            client.context.run_for(20ms);
            BOOST_TEST((end == End::aborted));
            BOOST_TEST(client.transport->stats().active == 0u);
            // Nothing is left that keeps the context busy, but for the system's own name lookup.
            client.context.run();
            if (row.name != "resolving") BOOST_TEST((std::chrono::steady_clock::now() - start < 1s));
        }
    }
}

BOOST_AUTO_TEST_CASE(waiters_get_their_turn) {
    std::mutex mutex;
    std::vector<int> order;
    FaultyServer server([&](Peer& peer) {
        for (;;) {
            const std::string head = peer.read_head();
            const std::scoped_lock lock(mutex);
            order.push_back(std::stoi(head.substr(5)));
            peer.answer("ok");
        }
    });
    Client client(up_to(1));
    std::vector<End> ends(20, End::running);
    std::vector<asio::cancellation_signal> signals(20);
    for (unsigned i = 0; i < 20; ++i)
        start_get(client.context.get_executor(), client.transport, server.url("/" + std::to_string(i)), ends[i],
                  signals[i].slot());
    client.context.poll_one();
    for (int i = 0; i < 30; ++i) client.context.poll_one();
    signals[13].emit(asio::cancellation_type::terminal);
    client.context.run();
    BOOST_TEST(server.connections() == 1u);
    BOOST_TEST((ends[13] == End::aborted));
    BOOST_TEST(std::count(ends.begin(), ends.end(), End::answered) == 19);
    BOOST_TEST(order.size() == 19u);
    BOOST_TEST(std::is_sorted(order.begin(), order.end()));
    BOOST_TEST(client.transport->stats().waiting == 0u);
}

BOOST_AUTO_TEST_CASE(waiting_counts_as_total) {
    Door door;
    FaultyServer server([&](Peer& peer) {
        peer.read_head();
        door.pass();
        peer.answer("late");
        peer.read_head();
        peer.answer("later");
    });
    Client client(up_to(1));
    End first = End::running, third = End::running;
    start_get(client.context.get_executor(), client.transport, server.url(), first);
    client.context.run_for(20ms);
    client.run([&]() -> asio::awaitable<void> {
        auto get = request(Method::get, server.url());
        get.timeouts.total = 150ms;
        bool timed_out = false;
        try {
            auto response = co_await client.transport->send(std::move(get));
        } catch (const hf::TimeoutError& error) {
            timed_out = error.info().argument == "total" && error.info().unsent;
        }
        BOOST_TEST(timed_out);
        start_get(client.context.get_executor(), client.transport, server.url(), third);
        door.open();
    });
    BOOST_TEST((first == End::answered));
    BOOST_TEST((third == End::answered));
    BOOST_TEST(server.connections() == 1u);
}

BOOST_AUTO_TEST_CASE(many_threads) {
    Pair servers(echo);
    asio::thread_pool pool(4);
    auto transport = net::make_transport(pool.get_executor(), up_to(8));
    std::atomic<unsigned> right{0}, wrong{0}, cancelled{0};
    constexpr unsigned workers = 40, rounds = 15;
    std::vector<std::future<void>> done;
    for (unsigned w = 0; w < workers; ++w) {
        const auto work = [&, w]() -> asio::awaitable<void> {
            for (unsigned i = 0; i < rounds; ++i) {
                const std::string target = "/" + std::to_string(w) + "/" + std::to_string(i);
                auto put = request(Method::put, servers.urls(target)[(w + i) % 2]);
                const std::string content((w * 7919 + i * 104729) % 300'000 + 1, 'a' + static_cast<char>(w % 26));
                if (i % 3 == 0)
                    put.body = stream_body(content, i % 2 == 0);
                else
                    put.body = net::Body(content);
                const WireAnswer answer = co_await fetch(transport, std::move(put));
                const bool good =
                    answer.body.starts_with("PUT " + target + " ") && answer.body.ends_with("\r\n\r\n" + content);
                ++(good ? right : wrong);
            }
        };
        done.push_back(asio::co_spawn(pool, work, asio::use_future));
    }
    // Others are cancelled all the time, each on a strand of its own.
    for (unsigned w = 0; w < workers; ++w) {
        const auto signal = std::make_shared<asio::cancellation_signal>();
        const auto strand = asio::make_strand(pool.get_executor());
        auto get = request(Method::get, servers.urls()[w % 2]);
        asio::co_spawn(strand, fetch(transport, std::move(get)),
                       asio::bind_cancellation_slot(signal->slot(),
                                                    [&cancelled, signal](std::exception_ptr, WireAnswer) { ++cancelled; }));
        const auto timer = std::make_shared<asio::steady_timer>(strand, std::chrono::microseconds(w * 300));
        timer->async_wait([signal, timer](auto) { signal->emit(asio::cancellation_type::terminal); });
    }
    for (auto& one : done) one.get();
    pool.join();
    BOOST_TEST(right == workers * rounds);
    BOOST_TEST(wrong == 0u);
    BOOST_TEST(cancelled == workers);
    BOOST_TEST(transport->stats().active == 0u);
    BOOST_TEST(transport->stats().waiting == 0u);
    BOOST_TEST(servers.plain.errors().empty());
    transport.reset();
}

BOOST_AUTO_TEST_CASE(one_transport_two_contexts) {
    // The caller's coroutine need not run where the sockets live.
    FaultyServer server(echo);
    asio::thread_pool pool(1);
    auto transport = net::make_transport(pool.get_executor());
    asio::io_context mine;
    const auto thread = std::this_thread::get_id();
    bool same_thread = false;
    asio::co_spawn(
        mine,
        [&]() -> asio::awaitable<void> {
            auto get = request(Method::get, server.url());
            const WireAnswer answer = co_await fetch(transport, std::move(get));
            same_thread = std::this_thread::get_id() == thread && answer.status == 200;
        },
        asio::detached);
    mine.run();
    BOOST_TEST(same_thread);
    transport.reset();
    pool.join();
}

BOOST_AUTO_TEST_SUITE_END()
