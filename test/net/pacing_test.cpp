// Limits of bytes per second.
#include "operation.hpp"

#include <boost/asio/cancellation_signal.hpp>
#include <boost/test/unit_test.hpp>

using namespace hf::test;
using namespace std::chrono_literals;
namespace net = hf::net;
using net::Method;

BOOST_AUTO_TEST_SUITE(net_pacing)

BOOST_AUTO_TEST_CASE(all_connections_share_one_rate) {
    constexpr std::size_t size = 400'000;
    constexpr unsigned count = 4;
    const std::string content(size, 'x');
    Pair servers([&](Peer& peer) {
        for (;;) {
            const std::string head = peer.read_head();
            if (head.starts_with("PUT")) peer.read(size);
            peer.answer(head.starts_with("PUT") ? "ok" : content);
        }
    });
    for (FaultyServer* server : servers.both()) {
        for (const bool upload : {false, true}) {
            auto config = up_to(count);
            (upload ? config.max_send_rate : config.max_receive_rate) = 4'000'000;
            Client client(config);
            std::vector<End> ends(count, End::running);
            const auto start = std::chrono::steady_clock::now();
            for (End& end : ends)
                start_get(client.context.get_executor(), client.transport, server->url(), end, {},
                          upload ? stream_body(content, true) : net::Body());
            client.context.run();
            const auto taken = std::chrono::steady_clock::now() - start;
            BOOST_TEST(std::count(ends.begin(), ends.end(), End::answered) == count);
            // 1.6 MB in 0.4 s. The first piece of 0.2 MB goes at once, what the socket holds is not seen.
            BOOST_TEST((taken >= 340ms && taken < 2s * slowness), taken / 1ms);
        }
    }
}

BOOST_AUTO_TEST_CASE(small_answers_share_the_rate_too) {
    FaultyServer server([](Peer& peer) {
        for (;;) {
            peer.read_head();
            peer.answer(std::string(10'000, 'x'));
        }
    });
    auto config = up_to(1);
    config.max_receive_rate = 1'000'000;
    Client client(config);
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < 31; ++i) client.get(server.url());
    const auto taken = std::chrono::steady_clock::now() - start;
    BOOST_TEST((taken >= 290ms && taken < 2s * slowness), taken / 1ms);
}

BOOST_AUTO_TEST_CASE(waiting_for_ones_turn_is_no_stall_and_can_be_ended) {
    Pair servers([&](Peer& peer) {
        peer.read_head();
        peer.answer(std::string(300'000, 'x'));
        peer.wait_for_close();
    });
    for (FaultyServer* server : servers.both()) {
        auto config = up_to(1);
        config.max_receive_rate = 20'000;  // less than a piece a second
        Client client(config);
        auto get = request(Method::get, server->url());
        get.timeouts.stall = 200ms;
        get.timeouts.min_rate = 1'000'000;
        get.timeouts.total = 1'500ms;
        const auto start = std::chrono::steady_clock::now();
        BOOST_TEST(error_of<hf::TimeoutError>([&] { client.send(std::move(get)); }).argument == "total");
        const auto taken = std::chrono::steady_clock::now() - start;
        BOOST_TEST((taken >= 1'400ms && taken < 2'500ms * slowness), taken / 1ms);

        asio::cancellation_signal signal;
        End end = End::running;
        start_get(client.context.get_executor(), client.transport, server->url(), end, signal.slot());
        client.context.restart();
        client.context.run_for(100ms);
        BOOST_TEST((end == End::running));
        signal.emit(asio::cancellation_type::terminal);
        client.context.run_for(50ms * slowness);
        BOOST_TEST((end == End::aborted));
    }
}

BOOST_AUTO_TEST_SUITE_END()
