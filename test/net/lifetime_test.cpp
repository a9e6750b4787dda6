// The transport goes while others still use it.
#include "black_hole.hpp"
#include "operation.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/test/unit_test.hpp>

using namespace hf::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace net = hf::net;
using boost::system::system_error;
using net::Method;

namespace {

const std::string megabytes(5'000'000, 'x');

}  // namespace

BOOST_AUTO_TEST_SUITE(net_lifetime)

BOOST_AUTO_TEST_CASE(destroying_the_transport_with_work_in_flight) {
    const BlackHole hole("127.0.0.1");
    Pair silent([](Peer& peer) {
        peer.read_head();
        peer.sleep(10s);
    });
    Pair half([](Peer& peer) {
        peer.read_head();
        peer.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
        peer.sleep(10s);
    });
    for (const bool whole_context : {false, true}) {
        auto context = std::make_unique<asio::io_context>();
        auto transport = net::make_transport(context->get_executor(), up_to(2));
        std::vector<End> ends(24, End::running);
        std::size_t next = 0;
        const auto start = [&](const std::string& url, net::Body body = {}) {
            // Only the exchanges hold on to the transport's state, as when its owner goes.
            auto get = request(body.empty() ? Method::get : Method::put, url);
            get.body = std::move(body);
            End& end = ends[next++];
            asio::co_spawn(
                *context,
                [](net::Transport& through, net::Request what) -> asio::awaitable<void> {
                    auto op = through.send(std::move(what));
                    auto response = co_await std::move(op);
                    const std::string text = co_await net::read_all(std::move(response.body), 1000);
                }(*transport, std::move(get)),
                [&end](std::exception_ptr error) { end = error ? end_of(error) : End::answered; });
        };
        for (int i = 0; i < 3; ++i) {  // the third of each origin waits for a connection
            start("http://127.0.0.1:" + std::to_string(hole.port()));
            for (const auto& url : silent.urls()) start(url);
            for (const auto& url : half.urls()) start(url);
        }
        for (const auto& url : silent.urls()) start(url, stream_body(megabytes, true));
        context->run_for(100ms);
        BOOST_TEST(transport->stats().active == next);
        if (whole_context) {
            transport->close();
            transport.reset();
            context.reset();
            BOOST_TEST(std::count(ends.begin(), ends.end(), End::running) == 24);
        } else {
            transport.reset();
            const auto begin = std::chrono::steady_clock::now();
            context->restart();
            context->run();
            BOOST_TEST((std::chrono::steady_clock::now() - begin < 1s));
            BOOST_TEST(std::count(ends.begin(), ends.end(), End::aborted) == static_cast<long>(next));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_closed_transport_takes_nothing_more) {
    FaultyServer server(echo);
    Client client;
    client.get(server.url());
    client.transport->close();
    BOOST_TEST(client.transport->stats().idle == 0u);
    BOOST_CHECK_THROW(client.get(server.url()), system_error);
    BOOST_TEST(server.connections() == 1u);
}

BOOST_AUTO_TEST_CASE(a_response_may_outlive_the_transport) {
    FaultyServer server([](Peer& peer) {
        peer.read_head();
        peer.answer(megabytes);
        peer.wait_for_close();
    });
    Client client;
    client.run([&]() -> asio::awaitable<void> {
        auto get = request(Method::get, server.url());
        auto response = co_await client.transport->send(std::move(get));
        client.transport.reset();
        bool aborted = false;
        try {
            const std::string body = co_await net::read_all(std::move(response.body), 10'000'000);
        } catch (const system_error& error) {
            aborted = error.code() == asio::error::operation_aborted;
        }
        BOOST_TEST(aborted);
    });
}

BOOST_AUTO_TEST_SUITE_END()
