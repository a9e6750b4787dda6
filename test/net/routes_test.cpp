#include "black_hole.hpp"
#include "pair.hpp"

#include <boost/test/unit_test.hpp>

#include <dlfcn.h>
#include <netdb.h>
#include <zlib.h>

#include <atomic>
#include <mutex>
#include <set>

using namespace hf::test;
using namespace std::chrono_literals;
namespace net = hf::net;
using net::Method;

namespace {

std::atomic<unsigned> lookups{0};

}  // namespace

/// In place of the C library's: "looked-up.test" has two addresses, and each question is counted.
extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints, addrinfo** out) {
    static const auto next = reinterpret_cast<decltype(&getaddrinfo)>(::dlsym(RTLD_NEXT, "getaddrinfo"));
    if (!node || std::string_view(node) != "looked-up.test") return next(node, service, hints, out);
    ++lookups;
    if (const int failure = next("127.0.0.1", service, hints, out)) return failure;
    addrinfo* last = *out;
    while (last->ai_next) last = last->ai_next;
    return next("127.0.0.2", service, hints, &last->ai_next);
}

namespace {

/// A forwarding proxy: answers absolute-form requests itself, tunnels CONNECT to loopback.
void proxy(Peer& peer) {
    for (;;) {
        const std::string head = peer.read_head();
        if (head.find("Proxy-Authorization: Basic YWw6cHc=\r\n") == head.npos) {
            peer.answer("", "407 Proxy Authentication Required");
            continue;
        }
        if (!head.starts_with("CONNECT ")) {
            peer.answer("via proxy: " + head);
            continue;
        }
        const auto colon = head.find(':');
        peer.write("HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n");
        peer.relay(static_cast<std::uint16_t>(std::stoul(head.substr(colon + 1))));
        return;
    }
}

net::TransportConfig through(const FaultyServer& proxy, const std::string& user = "al:pw@") {
    auto config = Pair::config();
    config.proxy.http = config.proxy.https = "http://" + user + "127.0.0.1:" + std::to_string(proxy.port());
    return config;
}

net::TransportConfig with_hosts(std::vector<std::string> addresses) {
    auto config = Pair::config();
    config.hosts.emplace_back("many.test", std::move(addresses));
    return config;
}

std::chrono::milliseconds time_of_get(const net::TransportConfig& config, std::uint16_t port) {
    Client client(config);
    const auto start = std::chrono::steady_clock::now();
    BOOST_TEST(client.get("http://many.test:" + std::to_string(port)).status == 200u);
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
}

std::string pack(const std::string& text, bool gzip) {
    z_stream stream{};
    deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, gzip ? 15 + 16 : 15, 8, Z_DEFAULT_STRATEGY);
    std::string out(deflateBound(&stream, text.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(net_routes)

BOOST_AUTO_TEST_CASE(http_through_a_proxy) {
    FaultyServer server(proxy);
    Client client(through(server));
    const WireAnswer answer = client.get("http://far.away.test/x?y");
    BOOST_TEST(answer.body.starts_with("via proxy: GET http://far.away.test/x?y HTTP/1.1\r\nHost: far.away.test\r\n"));
    client.get("http://far.away.test/x?y");
    BOOST_TEST(server.connections() == 1u);
}

BOOST_AUTO_TEST_CASE(a_proxy_that_closes_without_a_word) {
    FaultyServer server([](Peer& peer) {
        const std::string head = peer.read_head();
        if (head.starts_with("POST ")) peer.read(7);
        peer.answer(head);
        // The client has the answer by now, and thinks that it may send more.
        peer.read_head();
    });
    Client client(through(server));
    for (int i = 0; i < 3; ++i) {
        BOOST_TEST(client.get("http://far.away.test/a").body.starts_with("GET "));
        BOOST_TEST(client.send(request(Method::post, "http://far.away.test/b", "content")).body.starts_with("POST "));
    }
    BOOST_TEST(client.transport->stats().resent > 0u);
}

BOOST_AUTO_TEST_CASE(https_through_a_tunnel) {
    FaultyServer server(proxy), target(echo, Pair::authority().issue({"127.0.0.1"}));
    Client client(through(server));
    for (int i = 0; i < 3; ++i) {
        const WireAnswer answer = client.get(target.url("/secret"));
        BOOST_TEST(answer.body.starts_with("GET /secret HTTP/1.1\r\n"));
        BOOST_TEST(answer.body.find("Proxy-Authorization") == std::string::npos);
    }
    BOOST_TEST(server.connections() == 1u);
    BOOST_TEST(target.connections() == 1u);
}

BOOST_AUTO_TEST_CASE(a_proxy_that_refuses) {
    FaultyServer server(proxy);
    Client client(through(server, ""));
    BOOST_TEST(client.get("http://far.away.test/").status == 407u);
    const auto info = error_of<hf::ConnectionError>([&] { client.get("https://far.away.test/"); });
    BOOST_TEST(info.status == 407u);
    BOOST_TEST(info.unsent);
    BOOST_TEST(info.message.find("407") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_proxy_that_is_none) {
    for (const std::string answer : {"", "SSH-2.0\r\n", "HTTP/1.1 200 OK\r\n\r\nand data"}) {
        FaultyServer server(once(answer));
        Client client(through(server));
        BOOST_TEST(error_of<hf::ConnectionError>([&] { client.get("https://far.away.test/"); }).unsent);
    }
    std::uint16_t port = 0;
    { port = FaultyServer(echo).port(); }
    net::TransportConfig config;
    config.proxy.http = "127.0.0.1:" + std::to_string(port);
    Client client(config);
    BOOST_TEST((error_of<hf::ConnectionError>([&] { client.get("http://far.away.test/"); }).cause ==
                boost::system::errc::connection_refused));
}

BOOST_AUTO_TEST_CASE(exempted_hosts_are_reached_directly) {
    FaultyServer server(proxy), target(echo);
    auto config = through(server);
    config.proxy.no_proxy = "127.0.0.0/8";
    Client client(config);
    BOOST_TEST(client.get(target.url("/direct")).body.starts_with("GET /direct HTTP/1.1\r\n"));
    BOOST_TEST(server.connections() == 0u);
}

BOOST_AUTO_TEST_CASE(a_dead_address_costs_little) {
    FaultyServer server(echo);
    const BlackHole hole("127.0.0.2", server.port());
    BOOST_TEST((time_of_get(with_hosts({"127.0.0.2", "127.0.0.1"}), server.port()) < 300ms * slowness));
}

BOOST_AUTO_TEST_CASE(a_dead_ipv6_costs_little) {
    FaultyServer server(echo);
    const BlackHole hole("::1", server.port());
    BOOST_TEST((time_of_get(with_hosts({"::1", "127.0.0.1"}), server.port()) < 300ms * slowness));
}

BOOST_AUTO_TEST_CASE(a_refusing_address_costs_nothing) {
    FaultyServer server(echo);
    BOOST_TEST((time_of_get(with_hosts({"::1", "127.0.0.9", "127.0.0.1"}), server.port()) < 100ms * slowness));
}

BOOST_AUTO_TEST_CASE(all_addresses_are_dead) {
    std::uint16_t port = 0;
    { port = FaultyServer(echo).port(); }
    Client client(with_hosts({"127.0.0.1", "127.0.0.2", "::1"}));
    const auto info = error_of<hf::ConnectionError>([&] { client.get("http://many.test:" + std::to_string(port)); });
    BOOST_TEST((info.cause == boost::system::errc::connection_refused));
}

BOOST_AUTO_TEST_CASE(ipv6_works) {
    FaultyServer server(echo, std::nullopt, false, {}, "::1");
    Client client;
    const WireAnswer answer = client.get(server.url("/six", "[::1]"));
    BOOST_TEST(answer.body.find("Host: [::1]:" + std::to_string(server.port()) + "\r\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(names_are_resolved_by_the_system) {
    FaultyServer server(echo);
    Client client;
    BOOST_TEST(client.get(server.url("/", "localhost")).status == 200u);
}

BOOST_AUTO_TEST_CASE(connections_spread_over_the_addresses) {
    std::mutex mutex;
    std::set<std::string> seen;
    const auto note = [&](Peer& peer) {
        const std::scoped_lock lock(mutex);
        seen.insert(peer.local_address());
        peer.read_head();
        peer.answer("ok", "200 OK", "Connection: close\r\n");
    };
    FaultyServer server(note, std::nullopt, false, {}, "0.0.0.0");
    Client client(with_hosts({"127.0.0.1", "127.0.0.2", "127.0.0.3"}));
    for (int i = 0; i < 6; ++i) client.get("http://many.test:" + std::to_string(server.port()));
    BOOST_TEST(seen.size() == 3u);
}

BOOST_AUTO_TEST_CASE(names_are_looked_up_once) {
    std::mutex mutex;
    std::set<std::string> seen;
    FaultyServer server(
        [&](Peer& peer) {
            const std::scoped_lock lock(mutex);
            seen.insert(peer.local_address());
            peer.read_head();
            peer.answer("ok", "200 OK", "Connection: close\r\n");
        },
        std::nullopt, false, {}, "0.0.0.0");
    const auto lookups_for = [&](std::chrono::milliseconds ttl) {
        net::TransportConfig config;
        config.dns_ttl = ttl;
        Client client(config);
        const unsigned before = lookups;
        for (int i = 0; i < 6; ++i) client.get("http://looked-up.test:" + std::to_string(server.port()));
        return lookups - before;
    };
    BOOST_TEST(lookups_for(60s) == 1u);
    BOOST_TEST(seen == (std::set<std::string>{"127.0.0.1", "127.0.0.2"}), boost::test_tools::per_element());
    BOOST_TEST(lookups_for(0s) == 6u);
}

BOOST_AUTO_TEST_CASE(compressed_answers_are_decoded) {
    std::string text;
    for (int i = 0; i < 50'000; ++i) text += "row " + std::to_string(i) + "\n";
    for (const std::string encoding : {"deflate", "gzip"}) {
        const std::string packed = pack(text, encoding == "gzip");
        Pair servers([&](Peer& peer) {
            for (;;) {
                const std::string head = peer.read_head();
                peer.answer(packed, "200 OK",
                            "Content-Encoding: " + encoding + "\r\nX-Head: " +
                                std::string(head.find("Accept-Encoding: gzip, deflate\r\n") != head.npos ? "packed"
                                            : head.find("Accept-Encoding: identity\r\n") != head.npos    ? "identity"
                                                                                                         : "neither") +
                                "\r\n");
            }
        });
        for (FaultyServer* server : servers.both()) {
            Client client(Pair::config());
            const WireAnswer decoded = client.get(server->url());
            BOOST_TEST((decoded.body == text));
            BOOST_TEST(!decoded.fields.contains("Content-Encoding"));
            BOOST_TEST(!decoded.fields.contains("Content-Length"));
            BOOST_TEST(decoded.fields.find("X-Head").value_or("") == "packed");
            auto raw = request(Method::get, server->url());
            raw.decompress = false;
            const WireAnswer untouched = client.send(std::move(raw));
            BOOST_TEST((untouched.body == packed));
            BOOST_TEST(untouched.fields.find("X-Head").value_or("") == "identity");
            BOOST_TEST(server->connections() == 1u);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
