// Answers whose framing is old, odd or without end.
#include "faulty_server.hpp"
#include "hostile_fixture.hpp"
#include "net/http1/chunk_decoder.hpp"
#include "net/http1/inflate.hpp"
#include "net_client.hpp"

#include <hf/core/error.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <sys/resource.h>
#include <zlib.h>

using namespace hf::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace net = hf::net;

namespace {

/// Sends `answer` and nothing more, and keeps the connection.
FaultyServer::Script answering(std::string answer) {
    return [answer = std::move(answer)](Peer& peer) {
        peer.read_head();
        peer.write(answer);
        peer.wait_for_close();
    };
}

/// Sends `start`, then `piece` for ever.
FaultyServer::Script flooding(std::string start, std::string piece) {
    return [start = std::move(start), piece = std::move(piece)](Peer& peer) {
        peer.read_head();
        peer.write(start);
        for (;;) peer.write(piece);
    };
}

template <class E>
void check_refused(const FaultyServer::Script& script) {
    FaultyServer server(script);
    Client client;
    const auto start = std::chrono::steady_clock::now();
    BOOST_CHECK_THROW(client.get(server.url()), E);
    // No limit had to end it: the shortest is 10 s.
    BOOST_TEST((std::chrono::steady_clock::now() - start < 8s));
}

std::string repeated(std::string_view text, std::size_t times) {
    std::string out;
    out.reserve(text.size() * times);
    for (std::size_t i = 0; i < times; ++i) out += text;
    return out;
}

std::string gzip(std::string_view text) {
    z_stream stream{};
    deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    std::string out(deflateBound(&stream, text.size()) + 64, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

constexpr const char* gzip_head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(hostile_framing)

BOOST_AUTO_TEST_CASE(a_status_line_that_ends_behind_the_status_is_read) {
    FaultyServer server(answering("HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok"));
    Client client;
    const WireAnswer answer = client.get(server.url());
    BOOST_TEST(answer.status == 200u);
    BOOST_TEST(answer.body == "ok");
}

BOOST_AUTO_TEST_CASE(lines_that_end_in_lf_alone_are_refused_at_once) {
    for (const std::string head : {"HTTP/1.1 200 OK\nContent-Length: 2\n\nok", "HTTP/1.1 200 OK\n",
                                   "HTTP/1.1 200 OK\r\nContent-Length: 2\n\r\nok"})
        BOOST_TEST_CONTEXT(head) { check_refused<hf::ProtocolError>(answering(head)); }
}

BOOST_AUTO_TEST_CASE(codings_of_the_transfer_that_cannot_be_undone_are_refused) {
    for (const std::string coding : {"xchunked", "gzip, chunked", "chunked, chunked", "chunked, identity"}) {
        const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: " + coding + "\r\n";
        BOOST_TEST_CONTEXT(coding) {
            check_refused<hf::ProtocolError>(answering(head + "\r\n2\r\nok\r\n0\r\n\r\n"));
            check_refused<hf::ProtocolError>(answering(head + "Content-Length: 2\r\n\r\nok"));
        }
    }
}

BOOST_AUTO_TEST_CASE(endless_heads_end) {
    check_refused<hf::ProtocolError>(flooding("", repeated("HTTP/1.1 102 P\r\n\r\n", 100)));
    check_refused<hf::ProtocolError>(flooding("HTTP/1.1 200 OK\r\n", "X: " + std::string(1000, 'a') + "\r\n"));
}

BOOST_AUTO_TEST_CASE(no_number_of_chunks_is_too_large) {
    // Two GiB in chunks of 8 KiB, as nginx sends them, each with an extension.
    net::ChunkDecoder decoder;
    for (int i = 0; i < 1 << 18; ++i) {
        const std::string_view framing = i == 0 ? "2000;a=b\r\n" : "\r\n2000;a=b\r\n";
        BOOST_REQUIRE(decoder.consume(framing) == framing.size());
        BOOST_REQUIRE((decoder.state() == net::ChunkDecoder::State::data));
        decoder.data_taken(0x2000);
    }
    decoder.consume("\r\n0\r\n\r\n");
    BOOST_TEST((decoder.state() == net::ChunkDecoder::State::done));
}

BOOST_AUTO_TEST_CASE(extensions_need_data_beside_them) {
    const std::string extension = "1;" + std::string(1000, 'x') + "\r\n.\r\n";
    check_refused<hf::ProtocolError>(flooding("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", extension));
}

BOOST_AUTO_TEST_CASE(seventeen_digits_are_no_size) {
    net::ChunkDecoder sixteen, seventeen;
    sixteen.consume("000000000000000a\r\n");
    BOOST_TEST((sixteen.state() == net::ChunkDecoder::State::data));
    seventeen.consume("0000000000000000a\r\n");
    BOOST_TEST((seventeen.state() == net::ChunkDecoder::State::invalid));
}

BOOST_AUTO_TEST_CASE(compressed_input_without_output_ends) {
    const std::string whole = gzip("text");
    check_refused<hf::ProtocolError>(flooding(gzip_head + whole, std::string(1000, '\0')));
    check_refused<hf::ProtocolError>(flooding(gzip_head, gzip("")));
    check_refused<hf::ProtocolError>(flooding(gzip_head + whole, gzip("")));
    // A file name within the member's head.
    check_refused<hf::ProtocolError>(flooding(gzip_head + std::string("\x1f\x8b\x08\x08\0\0\0\0\0\x03", 10), "name"));
}

BOOST_AUTO_TEST_CASE(padding_and_many_small_members_are_read) {
    const std::string body = repeated(gzip("x"), 20'000) + repeated(gzip(""), 1000) + std::string(10'000, '\0');
    FaultyServer server(answering("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " +
                                  std::to_string(body.size()) + "\r\n\r\n" + body));
    Client client;
    BOOST_TEST(client.get(server.url()).body == std::string(20'000, 'x'));
}

BOOST_FIXTURE_TEST_CASE(an_announced_length_takes_no_memory, HostileFixture) {
    FaultyServer server([](Peer& peer) {
        peer.read_head();
        peer.write("HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\n{}");
    });
    const std::string url = server.url("");
    const auto pages_used = [] {
        rusage usage{};
        getrusage(RUSAGE_SELF, &usage);
        return usage.ru_minflt;
    };
    const auto before = pages_used();
    BOOST_CHECK_THROW(run(client([&](hf::SessionConfig& config) { config.endpoint = url; }).model_info("me/repo")),
                      hf::ConnectionError);
    BOOST_TEST(server.connections() == 5u);
    BOOST_TEST(pages_used() - before < 10'000);  // 40 MiB, of the 1,280 that five attempts may read
}

BOOST_AUTO_TEST_CASE(a_proxy_that_answers_connect_with_1xx_for_ever_ends) {
    FaultyServer proxy(flooding("", repeated("HTTP/1.1 100 C\r\n\r\n", 3000)));
    net::TransportConfig config;
    config.proxy.https = proxy.url();
    Client client(config);
    const auto start = std::chrono::steady_clock::now();
    BOOST_CHECK_THROW(client.get("https://hub.test/"), hf::ProtocolError);
    BOOST_TEST((std::chrono::steady_clock::now() - start < 8s));
}

BOOST_AUTO_TEST_CASE(a_proxy_that_answers_connect_slowly_is_left_to_the_connect_limit) {
    FaultyServer proxy([](Peer& peer) {
        peer.read_head();
        for (;;) {
            peer.write("HTTP/1.1 100 C\r\n\r\n");
            peer.sleep(20ms);
        }
    });
    net::TransportConfig config;
    config.proxy.https = proxy.url();
    Client client(config);
    net::Request get = request(net::Method::get, "https://hub.test/");
    get.timeouts.connect = 200ms;
    BOOST_CHECK_THROW(client.send(std::move(get)), hf::TimeoutError);
}

BOOST_AUTO_TEST_SUITE_END()
