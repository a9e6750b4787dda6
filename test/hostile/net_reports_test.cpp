// What people reported of other clients, tried on ours. Each case names its report.
#include "core/link_header.hpp"
#include "faulty_server.hpp"
#include "hostile_fixture.hpp"
#include "net_client.hpp"

#include <hf/core/error.hpp>

#include <boost/test/unit_test.hpp>

using namespace hf::test;
using namespace std::chrono_literals;
namespace net = hf::net;

namespace {

/// The body of a GET whose answer is `text`, on a connection that stays open behind it.
std::string body_of(const std::string& text) {
    FaultyServer server([&](Peer& peer) {
        peer.read_head();
        peer.write(text);
        peer.wait_for_close();
    });
    Client client;
    return client.get(server.url()).body;
}

constexpr const char* chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(hostile_net_reports)

// iipc/jwarc#33, python-hyper/h11#143: Tomcat pads sizes with spaces.
BOOST_AUTO_TEST_CASE(sizes_padded_with_spaces_are_read) {
    std::string answer = chunked;
    for (int i = 0; i < 20'000; ++i) answer += "1   \r\nx\r\n";
    BOOST_TEST(body_of(answer + "0   \r\n\r\n") == std::string(20'000, 'x'));
}

// reactphp/http-client#73: Varnish puts zeros before sizes.
BOOST_AUTO_TEST_CASE(sizes_with_leading_zeros_are_read) {
    BOOST_TEST(body_of(std::string(chunked) + "005\r\nhello\r\n000001\r\n!\r\n000\r\n\r\n") == "hello!");
}

// apache/pekko-http#1290: "5 0" is 80 to some and 5 to others.
BOOST_AUTO_TEST_CASE(digits_behind_a_space_are_refused) {
    BOOST_CHECK_THROW(body_of(std::string(chunked) + "5 0\r\nhello\r\n0\r\n\r\n"), hf::ProtocolError);
}

// xroche/httrack#913: trailers are thrown away, and the connection goes on behind them.
BOOST_AUTO_TEST_CASE(a_connection_is_used_again_behind_trailers) {
    FaultyServer server([&](Peer& peer) {
        for (;;) {
            peer.read_head();
            peer.write(std::string(chunked) + "2\r\nok\r\n0\r\nX-Checksum: abc\r\nX-B: c\r\n\r\n");
        }
    });
    Client client;
    BOOST_TEST(client.get(server.url()).body == "ok");
    BOOST_TEST(client.get(server.url()).body == "ok");
    BOOST_TEST(server.connections() == 1u);
}

// squid-cache/squid#769, tiny-http/tiny-http#198: a 204 that announces chunks has none.
BOOST_AUTO_TEST_CASE(a_204_with_an_announced_body_has_none) {
    BOOST_TEST(body_of("HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n").empty());
    BOOST_TEST(body_of("HTTP/1.1 204 No Content\r\nContent-Length: 10\r\n\r\n").empty());
}

// nodejs/node#37580: identity is no coding.
BOOST_AUTO_TEST_CASE(identity_beside_a_length_is_read) {
    BOOST_TEST(body_of("HTTP/1.0 200 OK\r\nTransfer-Encoding: identity\r\nContent-Length: 2\r\n\r\nok") == "ok");
}

// nodejs/node#7502: line ends behind a gzip stream.
BOOST_AUTO_TEST_CASE(white_space_behind_gzip_is_ignored) {
    const std::string gzip("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x4b\x4c\x4a\x06\x00\xc2\x41\x24\x35\x03\x00\x00\x00", 23);
    const std::string body = gzip + "\n \n\n\n\n \n";
    BOOST_TEST(body_of("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " + std::to_string(body.size()) +
                       "\r\n\r\n" + body) == "abc");
}

// curl/curl#1317, elixir-mint/mint#493: proxies that announce a body behind CONNECT's 200.
BOOST_AUTO_TEST_CASE(a_length_in_the_answer_to_connect_is_ignored) {
    for (const std::string field : {"Content-Length: 0", "Content-Length: 5", "Transfer-Encoding: chunked"}) {
        BOOST_TEST_CONTEXT(field) {
            bool tunnel = false;
            {
                FaultyServer proxy([&](Peer& peer) {
                    peer.read_head();
                    peer.write("HTTP/1.1 200 Connection established\r\n" + field + "\r\n\r\n");
                    tunnel = peer.read(1) == "\x16";  // TLS begins
                });
                net::TransportConfig config;
                config.proxy.https = proxy.url();
                Client client(config);
                BOOST_CHECK_THROW(client.get("https://hub.test/"), hf::ConnectionError);
            }
            BOOST_TEST(tunnel);
        }
    }
}

// spring-projects/spring-hateoas#2480, hypervel/components#583, peterhellberg/link#5, guzzle/psr7#595
BOOST_AUTO_TEST_CASE(links_that_others_misread) {
    BOOST_TEST(hf::next_link("<https://a.test>;rel=stylesheet;title, <https://b.test>;rel=\"next\"").value_or("") ==
               "https://b.test");
    BOOST_TEST(hf::next_link("<a>; rel=next last").value_or("") == "a");
    BOOST_TEST(hf::next_link("<https://a.test/?page=2>; rel='next'").value_or("") == "https://a.test/?page=2");
    BOOST_TEST(hf::next_link("<https://a.test/c_fill,w_1>; imagesrcset=\"https://a.test/w_320 320w, "
                             "https://a.test/w_640 640w\"; rel=preload, <n,1>; rel=next")
                   .value_or("") == "n,1");
}

struct Hub : HostileFixture {
    std::size_t asked = 0;
    boost::asio::awaitable<std::size_t> count(hf::AsyncGenerator<hf::ModelInfo> list) {
        std::size_t out = 0;
        while (co_await list.next()) ++out;
        co_return out;
    }
};

// ory/hydra#3674: every page, the empty one as well, has a next link that leads on.
BOOST_FIXTURE_TEST_CASE(a_next_link_behind_the_last_page_ends, Hub) {
    answer = [&](const ReceivedRequest&) {
        ScriptedAnswer page = json(asked == 0 ? R"([{"id":"a/b"}])" : "[]");
        page.headers.emplace_back("Link", "</api/models?page_token=" + std::to_string(++asked) + ">; rel=\"next\"");
        return page;
    };
    BOOST_CHECK_THROW(run(count(client().list_models())), hf::InvalidResponseError);
    BOOST_TEST(asked < 150u);
}

// NangoHQ/nango#4199: an empty page with a next link is not the end.
BOOST_FIXTURE_TEST_CASE(an_empty_page_with_a_next_link_is_not_the_end, Hub) {
    answer = [&](const ReceivedRequest&) {
        ScriptedAnswer page = json(asked % 2 == 0 ? "[]" : R"([{"id":"a/b"}])");
        if (++asked < 6)
            page.headers.emplace_back("Link", "</api/models?c=" + std::to_string(asked) + ">; rel=\"next\"");
        return page;
    };
    BOOST_TEST(run(count(client().list_models())) == 3u);
}

// shashankswe2020-ux/whoop-mcp#17, cloudfoundry/cloud_controller_ng#2544: days, or a date as a number.
BOOST_FIXTURE_TEST_CASE(a_retry_after_of_days_is_not_waited_out, Hub) {
    for (const std::string wait : {"999999", "1764417600"}) {
        asked = 0;
        answer = [&](const ReceivedRequest&) {
            ++asked;
            ScriptedAnswer out = error(429);
            out.headers.emplace_back("Retry-After", wait);
            return out;
        };
        try {
            run(client().model_info("me/repo"));
            BOOST_ERROR("no error");
        } catch (const hf::HfHubHTTPError& error) {
            BOOST_TEST(error.status() == 429u);
            BOOST_TEST((error.info().retry_after >= 999'999s));
        }
        BOOST_TEST(asked == 1u);
    }
}

// vlang/v#28182: what cannot be parsed is not sent five times.
BOOST_FIXTURE_TEST_CASE(an_answer_that_is_not_http_is_not_asked_for_again, Hub) {
    FaultyServer server([](Peer& peer) {
        peer.read_head();
        peer.write("HTTP/1.1 200 OK\nContent-Length: 2\n\n{}");
        peer.wait_for_close();
    });
    const std::string url = server.url("");
    BOOST_CHECK_THROW(run(client([&](hf::SessionConfig& config) { config.endpoint = url; }).model_info("me/repo")),
                      hf::ProtocolError);
    BOOST_TEST(server.connections() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
