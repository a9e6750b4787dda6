#include "pair.hpp"

#include <boost/test/unit_test.hpp>

using namespace hf::test;
namespace net = hf::net;
using net::Method;

namespace {

const std::string megabytes(3'000'000, 'x');

}  // namespace

BOOST_AUTO_TEST_SUITE(net_exchange)

BOOST_AUTO_TEST_CASE(a_get_arrives_as_written) {
    Pair servers(echo);
    for (const auto& url : servers.urls("/api/models/a%2Fb?x=1&y=%20")) {
        Client client(Pair::config());
        auto get = request(Method::get, url);
        get.fields.add("X-Test", "one");
        get.fields.add("Connection", "close");
        get.fields.add("Host", "evil.test");
        const WireAnswer answer = client.send(std::move(get));
        BOOST_TEST(answer.status == 200u);
        BOOST_TEST(answer.body.starts_with("GET /api/models/a%2Fb?x=1&y=%20 HTTP/1.1\r\nHost: 127.0.0.1:"));
        BOOST_TEST(answer.body.find("X-Test: one\r\n") != std::string::npos);
        BOOST_TEST(answer.body.find("evil") == std::string::npos);
        BOOST_TEST(answer.body.find("Connection") == std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(connections_are_kept_alive) {
    Pair servers(echo);
    for (FaultyServer* server : {&servers.plain, &servers.secure}) {
        Client client(Pair::config());
        for (int i = 0; i < 5; ++i) BOOST_TEST(client.get(server->url()).timings.reused == (i > 0));
        BOOST_TEST(server->connections() == 1u);
        const auto stats = client.transport->stats();
        BOOST_TEST(stats.requests == 5u);
        BOOST_TEST(stats.connections_opened == 1u);
        BOOST_TEST(stats.connections_reused == 4u);
        BOOST_TEST(stats.idle == 1u);
        BOOST_TEST(stats.active == 0u);
    }
}

BOOST_AUTO_TEST_CASE(connections_that_rested_too_long_are_closed) {
    Pair servers(echo);
    for (FaultyServer* server : servers.both()) {
        auto config = Pair::config();
        config.idle_timeout = std::chrono::milliseconds(30);
        Client client(config);
        client.get(server->url());
        std::this_thread::sleep_for(std::chrono::milliseconds(60));
        BOOST_TEST(!client.get(server->url()).timings.reused);
        BOOST_TEST(server->connections() == 2u);
        BOOST_TEST(eventually([&] { return server->open_connections() == 1; }));
        BOOST_TEST(client.transport->stats().idle == 1u);
    }
}

BOOST_AUTO_TEST_CASE(bodies_are_sent_in_every_form) {
    Pair servers(echo);
    for (const auto& url : servers.urls()) {
        Client client(Pair::config());
        BOOST_TEST(client.send(request(Method::post, url, "hello")).body.ends_with("\r\n\r\nhello"));
        BOOST_TEST(client.send(request(Method::put, url, megabytes)).body.ends_with(megabytes));
        for (const bool sized : {true, false}) {
            auto put = request(Method::put, url);
            put.body = stream_body(megabytes, sized);
            const WireAnswer answer = client.send(std::move(put));
            BOOST_TEST(answer.body.ends_with("\r\n\r\n" + megabytes));
            BOOST_TEST((answer.body.find("Transfer-Encoding: chunked") == std::string::npos) == sized);
        }
        BOOST_TEST(client.send(request(Method::post, url)).body.find("Content-Length: 0\r\n") != std::string::npos);
        BOOST_TEST(client.transport->stats().connections_opened == 1u);
    }
}

BOOST_AUTO_TEST_CASE(answers_are_read_in_every_framing) {
    const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    struct Row {
        std::string answer, body;
    };
    const Row rows[] = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "hello"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n" + megabytes, megabytes},
        {"HTTP/1.1 204 No Content\r\n\r\n", ""},
        {"HTTP/1.1 304 Not Modified\r\nContent-Length: 700\r\n\r\n", ""},
        {chunked + "5\r\nhello\r\n0\r\n\r\n", "hello"},
        {chunked + "5;a=b\r\nhello\r\n6\r\n world\r\n000\r\nTrailer: x\r\n\r\n", "hello world"},
        {chunked + "2dc6c0\r\n" + megabytes + "\r\n0\r\n\r\n", megabytes},
        {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: "
         "2\r\n\r\nok",
         "ok"},
        {"HTTP/1.1 200 OK\r\nX-Long: " + std::string(30'000, 'y') + "\r\nContent-Length: 2\r\n\r\nok", "ok"},
    };
    for (const auto& row : rows) {
        BOOST_TEST_CONTEXT(row.answer.substr(0, 60)) {
            Pair servers(once(row.answer));
            for (const auto& url : servers.urls()) {
                Client client(Pair::config());
                BOOST_TEST(client.get(url).body == row.body);
                BOOST_TEST(client.transport->stats().idle == 1u);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(connections_that_must_not_be_reused_are_not) {
    const std::string_view answers[] = {
        "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more",
    };
    for (const auto answer : answers) {
        Pair servers(once(std::string(answer)));
        for (const auto& url : servers.urls()) {
            Client client(Pair::config());
            BOOST_TEST(client.get(url).body == "ok");
            BOOST_TEST(client.transport->stats().idle == 0u);
        }
    }
    // The end of the connection is the end of the answer.
    FaultyServer server(once("HTTP/1.0 200 OK\r\n\r\nuntil the end"));
    Client client;
    BOOST_TEST(client.get(server.url()).body == "until the end");
    BOOST_TEST(client.transport->stats().idle == 0u);
}

BOOST_AUTO_TEST_CASE(a_response_that_is_not_read_closes_its_connection) {
    Pair servers([](Peer& peer) {
        peer.read_head();
        peer.write("HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n" + megabytes);
        peer.wait_for_close();
    });
    for (FaultyServer* server : servers.both()) {
        Client client(Pair::config());
        for (unsigned read = 0; read < 2; ++read) {  // nothing of the body, some of it
            client.run([&]() -> boost::asio::awaitable<void> {
                auto get = request(Method::get, server->url());
                auto response = co_await client.transport->send(std::move(get));
                BOOST_TEST(*response.body_size == 3'000'000u);
                BOOST_TEST(client.transport->stats().active == 1u);
                std::string block(1000, '\0');
                if (read) co_await response.body->read_some(boost::asio::buffer(block));
            });
            BOOST_TEST(client.transport->stats().active == 0u);
            BOOST_TEST(client.transport->stats().idle == 0u);
            BOOST_TEST(eventually([&] { return server->open_connections() == 0; }));
            BOOST_TEST(server->connections() == read + 1);
        }
    }
}

BOOST_AUTO_TEST_CASE(head_answers_have_no_body) {
    Pair servers([](Peer& peer) {
        for (;;) {
            peer.read_head();
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: 700\r\nETag: \"x\"\r\n\r\n");
        }
    });
    for (FaultyServer* server : servers.both()) {
        Client client(Pair::config());
        for (int i = 0; i < 3; ++i) {
            const WireAnswer answer = client.send(request(Method::head, server->url()));
            BOOST_TEST(answer.body.empty());
            BOOST_TEST(*answer.fields.find("content-length") == "700");
        }
        BOOST_TEST(server->connections() == 1u);
    }
}

BOOST_AUTO_TEST_CASE(requests_that_would_break_the_message_are_not_sent) {
    Pair servers(echo);
    for (FaultyServer* server : servers.both()) {
        Client client(Pair::config());
        for (const auto& [name, value] : {std::pair("X", "a\r\nEvil: b"), std::pair("X\r\nEvil", "b"),
                                          std::pair("", "b"), std::pair("X:", "b"), std::pair("X", "a\nb")}) {
            auto get = request(Method::get, server->url());
            get.fields.add(name, value);
            BOOST_CHECK_THROW(client.send(std::move(get)), hf::HFValidationError);
        }
        net::Request get(Method::get, hf::Url(hf::Url::parse(server->url()).origin(), "/a b\r\nX: y"));
        BOOST_CHECK_THROW(client.send(std::move(get)), hf::HFValidationError);
        BOOST_TEST(server->connections() == 0u);
    }
}

BOOST_AUTO_TEST_SUITE_END()
