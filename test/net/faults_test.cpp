#include "black_hole.hpp"
#include "pair.hpp"

#include <boost/test/unit_test.hpp>

using namespace hf::test;
using namespace std::chrono_literals;
namespace net = hf::net;
using net::Method;

namespace {

const std::string large(8'000'000, 'x');

/// The error of a GET of `url`, on a new transport.
template <class E>
hf::ErrorInfo get_error(const std::string& url, net::Timeouts timeouts = net::Timeouts()) {
    Client client(Pair::config());
    return error_of<E>([&] {
        auto get = request(Method::get, url);
        get.timeouts = timeouts;
        client.send(std::move(get));
    });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(net_faults)

BOOST_AUTO_TEST_CASE(reset_on_connect) {
    Pair servers([](Peer& peer) { peer.reset(); });
    BOOST_TEST(!get_error<hf::ConnectionError>(servers.plain.url()).message.empty());
    FaultyServer before_tls([](Peer& peer) { peer.reset(); }, Pair::authority().issue({"127.0.0.1"}), true);
    const auto info = get_error<hf::ConnectionError>(before_tls.url());
    BOOST_TEST(info.unsent);
    BOOST_TEST((info.cause == boost::system::errc::connection_reset));
}

BOOST_AUTO_TEST_CASE(reset_within_the_tls_handshake) {
    FaultyServer server(
        [](Peer& peer) {
            peer.read(20);
            peer.write("\x16\x03\x03");
            peer.reset();
        },
        Pair::authority().issue({"127.0.0.1"}), true);
    const auto info = get_error<hf::ConnectionError>(server.url());
    BOOST_TEST(info.unsent);
    BOOST_TEST(info.message.find("TLS handshake") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(nobody_listens) {
    std::vector<std::string> urls;
    { urls = Pair(echo).urls(); }
    for (const auto& url : urls) {
        const auto info = get_error<hf::ConnectionError>(url);
        BOOST_TEST(info.unsent);
        BOOST_TEST((info.cause == boost::system::errc::connection_refused));
        BOOST_TEST(info.url == url);
        BOOST_TEST(info.method == "GET");
    }
}

BOOST_AUTO_TEST_CASE(the_name_is_unknown) {
    for (const char* url : {"http://no-such-host.invalid/", "https://no-such-host.invalid/"}) {
        const auto info = get_error<hf::ConnectionError>(url);
        BOOST_TEST(info.unsent);
        BOOST_TEST(info.message.find("no-such-host.invalid") != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(reset_while_the_request_is_sent) {
    Pair servers([](Peer& peer) {
        peer.read_head();
        peer.read(10'000);
        peer.reset();
    });
    for (const auto& url : servers.urls()) {
        for (const bool streamed : {true, false}) {
            Client client(Pair::config());
            auto put = request(Method::put, url);
            if (streamed)
                put.body = stream_body(large, true);
            else
                put.body = net::Body(large);
            const auto info = error_of<hf::ConnectionError>([&] { client.send(std::move(put)); });
            BOOST_TEST(!info.unsent);
        }
    }
}

BOOST_AUTO_TEST_CASE(reset_or_end_within_the_answer) {
    struct Row {
        std::string_view name, answer;
        bool reset;
    };
    const Row rows[] = {
        {"reset before the head", "", true},
        {"end before the head", "", false},
        {"reset within the head", "HTTP/1.1 200 OK\r\nConte", true},
        {"end within the head", "HTTP/1.1 200 OK\r\nConte", false},
        {"reset within the body", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello", true},
        {"truncated body", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello", false},
        {"reset within a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nA\r\nhello", true},
        {"end within a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nA\r\nhello", false},
        {"end between chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", false},
        {"end within gzip", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\x8b\x08",
         false},
    };
    for (const auto& row : rows) {
        BOOST_TEST_CONTEXT(row.name) {
            Pair servers([&](Peer& peer) {
                peer.read_head();
                peer.write(row.answer);
                peer.sleep(20ms);
                if (row.reset) peer.reset();
            });
            for (FaultyServer* server : servers.both()) {
                const auto info = get_error<hf::ConnectionError>(server->url());
                BOOST_TEST(!info.unsent);
                BOOST_TEST((info.cause.failed()));
                BOOST_TEST(server->connections() == 1u);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(answers_that_are_not_http) {
    const std::string_view answers[] = {
        "SSH-2.0-OpenSSH_9.2\r\n",
        "HTTP/1.1 what 200\r\n\r\n",
        "HTTP/3 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
    };
    for (const auto answer : answers) {
        BOOST_TEST_CONTEXT(answer) {
            Pair servers(once(std::string(answer)));
            for (const auto& url : servers.urls()) BOOST_TEST(!get_error<hf::ProtocolError>(url).unsent);
        }
    }
}

BOOST_AUTO_TEST_CASE(endless_heads) {
    Pair fields([](Peer& peer) {
        peer.read_head();
        peer.write("HTTP/1.1 200 OK\r\n");
        for (int i = 0;; ++i) peer.write("X-" + std::to_string(i) + ": " + std::string(1000, 'y') + "\r\n");
    });
    Pair interim([](Peer& peer) {
        peer.read_head();
        for (;;) peer.write("HTTP/1.1 102 Processing\r\n\r\n");
    });
    for (const auto& url : fields.urls()) get_error<hf::ProtocolError>(url);
    for (const auto& url : interim.urls()) get_error<hf::ProtocolError>(url);
}

BOOST_AUTO_TEST_CASE(a_stalled_body) {
    Pair servers([](Peer& peer) {
        peer.read_head();
        peer.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
        peer.sleep(10s);
    });
    net::Timeouts timeouts;
    timeouts.stall = 200ms;
    for (const auto& url : servers.urls()) {
        const auto start = std::chrono::steady_clock::now();
        BOOST_TEST(get_error<hf::TimeoutError>(url, timeouts).argument == "stall");
        BOOST_TEST((std::chrono::steady_clock::now() - start < 1s));
    }
}

BOOST_AUTO_TEST_CASE(a_slow_caller_is_no_stall) {
    Pair servers([](Peer& peer) {
        peer.read_head();
        peer.answer(large);
        peer.wait_for_close();
    });
    for (FaultyServer* server : servers.both()) {
        Client client(Pair::config());
        client.run([&]() -> boost::asio::awaitable<void> {
            auto get = request(Method::get, server->url());
            get.timeouts.stall = 150ms;
            auto response = co_await client.transport->send(std::move(get));
            // Longer than the limit, with the watchdog running.
            const auto end = std::chrono::steady_clock::now() + 500ms;
            while (std::chrono::steady_clock::now() < end) {
                auto again = request(Method::head, server->url());
                auto head = co_await client.transport->send(std::move(again));
            }
            const std::string body = co_await net::read_all(std::move(response.body), 100'000'000);
            BOOST_TEST(body.size() == large.size());
        });
    }
}

BOOST_AUTO_TEST_CASE(a_dripping_body) {
    Pair servers([](Peer& peer) {
        peer.read_head();
        peer.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
        for (;;) {
            peer.write("x");
            peer.sleep(30ms);
        }
    });
    net::Timeouts timeouts;
    timeouts.stall = 300ms;
    timeouts.min_rate = 1000;
    for (const auto& url : servers.urls())
        BOOST_TEST(get_error<hf::TimeoutError>(url, timeouts).argument == "min_rate");
    timeouts.min_rate = 0;
    timeouts.total = 500ms;
    for (const auto& url : servers.urls()) BOOST_TEST(get_error<hf::TimeoutError>(url, timeouts).argument == "total");
}

BOOST_AUTO_TEST_CASE(a_dripping_head) {
    Pair servers([](Peer& peer) {
        peer.read_head();
        peer.write("HTTP/1.1 200 OK\r\nX: ");
        for (;;) {
            peer.write("x");
            peer.sleep(30ms);
        }
    });
    net::Timeouts timeouts;
    timeouts.first_byte = 300ms;
    for (const auto& url : servers.urls())
        BOOST_TEST(get_error<hf::TimeoutError>(url, timeouts).argument == "first_byte");
}

BOOST_AUTO_TEST_CASE(a_silent_server) {
    Pair servers([](Peer& peer) {
        peer.read_head();
        peer.sleep(10s);
    });
    net::Timeouts timeouts;
    timeouts.first_byte = 200ms;
    for (const auto& url : servers.urls()) {
        const auto info = get_error<hf::TimeoutError>(url, timeouts);
        BOOST_TEST(info.argument == "first_byte");
        BOOST_TEST(!info.unsent);
    }
}

BOOST_AUTO_TEST_CASE(an_upload_nobody_takes) {
    Pair servers([](Peer& peer) {
        peer.read_head();
        peer.sleep(10s);
    });
    for (const auto& url : servers.urls()) {
        Client client(Pair::config());
        auto put = request(Method::put, url);
        put.body = stream_body(std::string(60'000'000, 'x'), true);
        put.timeouts.stall = 200ms;
        BOOST_TEST(error_of<hf::TimeoutError>([&] { client.send(std::move(put)); }).argument == "stall");
    }
}

BOOST_AUTO_TEST_CASE(connecting_takes_too_long) {
    const BlackHole hole("127.0.0.1");
    net::Timeouts timeouts;
    timeouts.connect = 200ms;
    auto info = get_error<hf::TimeoutError>("http://127.0.0.1:" + std::to_string(hole.port()), timeouts);
    BOOST_TEST(info.argument == "connect");
    BOOST_TEST(info.unsent);
    // The TLS handshake counts as well.
    FaultyServer server([](Peer& peer) { peer.sleep(10s); }, Pair::authority().issue({"127.0.0.1"}), true);
    info = get_error<hf::TimeoutError>(server.url(), timeouts);
    BOOST_TEST(info.argument == "connect");
    BOOST_TEST(info.unsent);
}

BOOST_AUTO_TEST_CASE(an_early_answer_to_an_upload) {
    struct Row {
        std::string_view name;
        bool close;
    };
    for (const Row& row : {Row{"and silence", false}, Row{"and the end", true}}) {
        BOOST_TEST_CONTEXT(row.name) {
            Pair servers([&](Peer& peer) {
                peer.read_head();
                peer.read(1000);
                peer.answer("too large", "413 Payload Too Large");
                if (!row.close) peer.sleep(10s);
            });
            for (FaultyServer* server : servers.both()) {
                for (const bool streamed : {true, false}) {
                    Client client(Pair::config());
                    auto put = request(Method::put, server->url());
                    const std::string content(60'000'000, 'x');
                    if (streamed)
                        put.body = stream_body(content, false);
                    else
                        put.body = net::Body(content);
                    const WireAnswer answer = client.send(std::move(put));
                    BOOST_TEST(answer.status == 413u);
                    BOOST_TEST(answer.body == "too large");
                    BOOST_TEST(client.transport->stats().idle == 0u);
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_resting_connection_that_died_is_not_used) {
    Pair servers([](Peer& peer) {
        peer.read_head();
        peer.answer("once");
        if (peer.number() > 0) peer.wait_for_close();
    });
    for (FaultyServer* server : servers.both()) {
        Client client(Pair::config());
        BOOST_TEST(client.get(server->url()).body == "once");
        BOOST_TEST(eventually([&] { return server->open_connections() == 0; }));
        // POST: could not be repeated, so it must not be lost.
        BOOST_TEST(client.send(request(Method::post, server->url(), "x")).body == "once");
        BOOST_TEST(client.transport->stats().resent == 0u);
        BOOST_TEST(server->connections() == 2u);
    }
}

BOOST_AUTO_TEST_CASE(a_connection_that_dies_under_a_request) {
    const auto script = [](Peer& peer) {
        peer.read_head();
        peer.answer("once");
        if (peer.number() > 0) return peer.wait_for_close();
        peer.read_head();
        peer.reset();
    };
    for (const Method method : {Method::get, Method::put, Method::delete_, Method::head}) {
        Pair servers(script);
        for (FaultyServer* server : servers.both()) {
            Client client(Pair::config());
            client.get(server->url());
            const auto opened = std::make_shared<int>(0);
            auto again = request(method, server->url());
            if (method == Method::put) again.body = stream_body("content", true, opened);
            BOOST_TEST(client.send(std::move(again)).status == 200u);
            BOOST_TEST(client.transport->stats().resent == 1u);
            BOOST_TEST(*opened == (method == Method::put ? 2 : 0));
            BOOST_TEST(server->connections() == 2u);
        }
    }
    Pair servers(script);
    for (const auto& url : servers.urls()) {
        Client client(Pair::config());
        client.get(url);
        const auto info = error_of<hf::ConnectionError>([&] { client.send(request(Method::post, url, "x")); });
        BOOST_TEST(!info.unsent);
        BOOST_TEST(client.transport->stats().resent == 0u);
    }
}

BOOST_AUTO_TEST_CASE(only_one_silent_resend) {
    Pair servers([](Peer& peer) {
        peer.read_head();
        if (peer.number() > 0) return peer.reset();
        peer.answer("once");
        peer.read_head();
        peer.reset();
    });
    for (FaultyServer* server : servers.both()) {
        Client client(Pair::config());
        client.get(server->url());
        error_of<hf::ConnectionError>([&] { client.get(server->url()); });
        BOOST_TEST(server->connections() == 2u);
    }
}

BOOST_AUTO_TEST_CASE(a_body_that_breaks_its_promise) {
    Pair servers(echo);
    for (const auto& url : servers.urls()) {
        Client client(Pair::config());
        auto put = request(Method::put, url);
        const net::Body shorter = stream_body("four", true);
        put.body = net::Body(10, [shorter] { return shorter.open(); });
        BOOST_CHECK_THROW(client.send(std::move(put)), hf::HFValidationError);
        // The transport goes on.
        BOOST_TEST(client.get(url).status == 200u);
    }
}

BOOST_AUTO_TEST_SUITE_END()
