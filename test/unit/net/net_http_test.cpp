#include "net/http1/chunk_decoder.hpp"
#include "net/http1/inflate.hpp"
#include "net/http1/request_head.hpp"
#include "net/http1/response_head.hpp"

#include <hf/core/error.hpp>

#include <boost/test/unit_test.hpp>

#include <zlib.h>

#include <string>

namespace net = hf::net;
using net::Method;
using Framing = net::ResponseHead::Framing;

namespace {

constexpr std::size_t limit = 1024;

struct Parsed {
    std::size_t size;
    net::ResponseHead head;
    boost::system::error_code error;
};

Parsed parse(std::string_view text, Method method = Method::get) {
    Parsed out{};
    out.size = net::parse_response_head(text, method, limit, out.head, out.error);
    return out;
}

/// Decodes a chunked body given in pieces of `step` bytes.
std::pair<std::string, net::ChunkDecoder::State> decode_chunks(std::string_view text, std::size_t step) {
    using State = net::ChunkDecoder::State;
    net::ChunkDecoder decoder;
    std::string out;
    while (!text.empty() && decoder.state() != State::done && decoder.state() != State::invalid) {
        std::string_view piece = text.substr(0, step);
        if (decoder.state() == State::data) {
            piece = piece.substr(0, decoder.remaining());
            out += piece;
            decoder.data_taken(piece.size());
            text.remove_prefix(piece.size());
        } else {
            text.remove_prefix(decoder.consume(piece));
        }
    }
    return {out, decoder.state()};
}

std::string compress(std::string_view text, int window_bits) {
    z_stream stream{};
    deflateInit2(&stream, 6, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY);
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

struct Inflated {
    std::string text;
    bool valid = true, complete = false;
};

Inflated inflate_all(std::string_view input, net::Inflater::Encoding encoding, std::size_t step) {
    net::Inflater inflater(encoding);
    Inflated out;
    char block[100];
    while (!input.empty()) {
        const auto progress = inflater.step(input.substr(0, step), block);
        out.text.append(block, progress.produced);
        out.valid = progress.valid;
        if (!out.valid) return out;
        input.remove_prefix(progress.consumed);
    }
    for (;;) {
        const auto progress = inflater.step({}, block);
        if (progress.produced == 0) break;
        out.text.append(block, progress.produced);
    }
    out.complete = inflater.complete();
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(net_http)

BOOST_AUTO_TEST_CASE(framing_of_answers) {
    struct Row {
        std::string_view text;
        Method method;
        Framing framing;
        std::uint64_t length;
        bool keep_alive;
    };
    const Row rows[] = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n", Method::get, Framing::length, 12, true},
        {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", Method::get, Framing::none, 0, true},
        {"HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\n", Method::get, Framing::length, UINT64_MAX,
         true},
        {"HTTP/1.1 200 \r\nTransfer-Encoding: Chunked\r\n\r\n", Method::get, Framing::chunked, 0, true},
        {"HTTP/1.1 200\r\nContent-Length: 3\r\n\r\n", Method::get, Framing::length, 3, true},
        {"HTTP/1.1 200\r\n\r\n", Method::get, Framing::until_close, 0, false},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\nContent-Length: 3\r\n\r\n", Method::get, Framing::length, 3,
         true},
        {"HTTP/1.1 200 OK\r\n\r\n", Method::get, Framing::until_close, 0, false},
        {"HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 3\r\n\r\n", Method::get, Framing::length, 3, false},
        {"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\n", Method::get, Framing::length, 3, false},
        {"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\n", Method::get, Framing::length, 3,
         true},
        {"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n", Method::head, Framing::none, 0, true},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", Method::head, Framing::none, 0, true},
        {"HTTP/1.1 200 OK\r\n\r\n", Method::head, Framing::none, 0, true},
        {"HTTP/1.1 204 No Content\r\n\r\n", Method::put, Framing::none, 0, true},
        {"HTTP/1.1 304 Not Modified\r\nContent-Length: 12\r\n\r\n", Method::get, Framing::none, 0, true},
        {"HTTP/1.1 100 Continue\r\n\r\n", Method::put, Framing::none, 0, true},
    };
    for (const auto& row : rows) {
        BOOST_TEST_CONTEXT(row.text) {
            const Parsed parsed = parse(std::string(row.text) + "the body", row.method);
            BOOST_TEST(!parsed.error);
            BOOST_TEST(parsed.size == row.text.size());
            BOOST_TEST((parsed.head.framing == row.framing));
            BOOST_TEST(parsed.head.content_length == row.length);
            BOOST_TEST(parsed.head.keep_alive == row.keep_alive);
            for (std::size_t cut = 0; cut < row.text.size(); ++cut) {
                const Parsed part = parse(row.text.substr(0, cut), row.method);
                BOOST_TEST(part.size == 0u);
                BOOST_TEST(!part.error);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(fields_of_answers) {
    const Parsed parsed = parse("HTTP/1.1 404 Not Found\r\nLink: <a>\r\nlink:   <b>  \r\nX-Empty:\r\n\r\n");
    BOOST_TEST(parsed.head.status == 404u);
    BOOST_TEST(parsed.head.fields.combined("Link") == "<a>, <b>");
    BOOST_TEST(parsed.head.fields.find("x-empty")->empty());
}

BOOST_AUTO_TEST_CASE(what_is_no_answer) {
    const std::string too_long = "HTTP/1.1 200 OK\r\nX: " + std::string(limit, 'y') + "\r\n\r\n";
    const std::string endless = "HTTP/1.1 200 OK\r\nX: " + std::string(limit, 'y');
    const std::string_view texts[] = {
        "<html>",
        "SSH-2.0-OpenSSH_9.2\r\n",
        "HTTP/2 200\r\n\r\n",
        "HTTP/1.1 abc OK\r\n\r\n",
        "HTTP/1.1 2000 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX y: z\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551616\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: xchunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, chunked\r\n\r\n",
        "HTTP/1.1 000 X\r\n\r\n",
        "HTTP/1.1 099 X\r\n\r\n",
        "HTTP/1.1 200 OK\n",
        "HTTP/1.1 200 OK\r\nX: 1\n",
        too_long,
        endless,
    };
    for (const auto text : texts) {
        BOOST_TEST_CONTEXT(text.substr(0, 70)) {
            const Parsed parsed = parse(text);
            BOOST_TEST(parsed.error.failed());
            BOOST_TEST(parsed.size == 0u);
        }
    }
}

BOOST_AUTO_TEST_CASE(chunks) {
    using State = net::ChunkDecoder::State;
    struct Row {
        std::string_view text, body;
        State end;
    };
    const Row rows[] = {
        {"0\r\n\r\n", "", State::done},
        {"5\r\nhello\r\n0\r\n\r\n", "hello", State::done},
        {"5\r\nhello\r\nA;x=\"y\"\r\n0123456789\r\n0\r\nA: b\r\nC: d\r\n\r\n", "hello0123456789", State::done},
        {"00005 \r\nhello\r\n0;last\r\n\r\n", "hello", State::done},
        {"5\r\nhel", "hel", State::data},
        {"5\r\nhello\r\n", "hello", State::framing},
        {"\r\n", "", State::invalid},
        {"g\r\n", "", State::invalid},
        {"-1\r\n", "", State::invalid},
        {"5\nhello", "", State::invalid},
        {"5\r\nhelloX", "hello", State::invalid},
        {"5\r\nhello\rX", "hello", State::invalid},
        {"5;a\nb\r\n", "", State::invalid},
        {"5   \r\nhello\r\n0   \r\n\r\n", "hello", State::done},  // as Tomcat pads
        {"005\r\nhello\r\n000\r\n\r\n", "hello", State::done},    // as Varnish pads
        {"5 0\r\n", "", State::invalid},
        {" 5\r\n", "", State::invalid},
        {"10000000000000000\r\n", "", State::invalid},
        {"0\r\n\rX", "", State::invalid},
    };
    for (const auto& row : rows) {
        for (const std::size_t step : {1u, 3u, 1000u}) {
            BOOST_TEST_CONTEXT(row.text << " in steps of " << step) {
                const auto [body, state] = decode_chunks(row.text, step);
                BOOST_TEST(body == row.body);
                BOOST_TEST((state == row.end));
            }
        }
    }
    BOOST_TEST((decode_chunks("1;" + std::string(20'000, 'x'), 1000).second == State::invalid));
    BOOST_TEST((decode_chunks("0\r\nX: " + std::string(20'000, 'x'), 1000).second == State::invalid));
    BOOST_TEST((decode_chunks(std::string(20'000, '0'), 1000).second == State::invalid));
}

BOOST_AUTO_TEST_CASE(inflating) {
    using Encoding = net::Inflater::Encoding;
    std::string text;
    for (int i = 0; i < 500; ++i) text += "row " + std::to_string(i * i) + "\n";
    const std::string gzip = compress(text, 15 + 16), zlib = compress(text, 15), raw = compress(text, -15);
    struct Row {
        std::string_view name;
        std::string input;
        Encoding encoding;
        bool valid, complete;
        std::string output;
    };
    const Row rows[] = {
        {"gzip", gzip, Encoding::gzip, true, true, text},
        {"members", gzip + gzip, Encoding::gzip, true, true, text + text},
        {"padding", gzip + std::string(9, '\0'), Encoding::gzip, true, true, text},
        {"zlib", zlib, Encoding::deflate, true, true, text},
        {"raw", raw, Encoding::deflate, true, true, text},
        {"nothing", "", Encoding::gzip, true, true, ""},
        {"cut off", gzip.substr(0, 10), Encoding::gzip, true, false, ""},
        {"plain", "not compressed", Encoding::gzip, false, false, ""},
    };
    for (const auto& row : rows) {
        for (const std::size_t step : {1u, 7u, 100'000u}) {
            BOOST_TEST_CONTEXT(row.name << " in steps of " << step) {
                const Inflated out = inflate_all(row.input, row.encoding, step);
                BOOST_TEST(out.valid == row.valid);
                BOOST_TEST(out.complete == row.complete);
                BOOST_TEST(out.text == row.output);
            }
        }
    }
    std::string damaged = gzip;
    damaged[damaged.size() - 8] = static_cast<char>(damaged[damaged.size() - 8] ^ 1);  // the checksum
    BOOST_TEST(!inflate_all(damaged, Encoding::gzip, 1000).valid);
    BOOST_TEST((net::Inflater::encoding_of("X-GZip") == Encoding::gzip));
    BOOST_TEST(!net::Inflater::encoding_of("br"));
    BOOST_TEST(!net::Inflater::encoding_of("gzip, gzip"));
    BOOST_TEST(!net::Inflater::encoding_of(""));
}

BOOST_AUTO_TEST_CASE(heads_of_requests) {
    net::Request get(Method::get, hf::Url::parse("https://hub.test:8443/a?b=c"));
    get.fields.add("Authorization", "Bearer x");
    BOOST_TEST(net::request_head(get) ==
               "GET /a?b=c HTTP/1.1\r\nHost: hub.test:8443\r\nAuthorization: Bearer x\r\n"
               "Accept-Encoding: gzip, deflate\r\n\r\n");
    get.decompress = false;
    BOOST_TEST(net::request_head(get).find("Accept-Encoding: identity\r\n") != std::string::npos);
    get.fields.add("accept-encoding", "br");
    BOOST_TEST(net::request_head(get).find("identity") == std::string::npos);

    net::Request put(Method::put, hf::Url::parse("http://hub.test/x"));
    put.body = net::Body("hello");
    BOOST_TEST(
        net::request_head(put, true, "Basic abc")
            .starts_with("PUT http://hub.test/x HTTP/1.1\r\nHost: hub.test\r\nProxy-Authorization: Basic abc\r\n"));
    BOOST_TEST(net::request_head(put).find("Content-Length: 5\r\n") != std::string::npos);
    put.body = net::Body(std::nullopt, [] { return std::unique_ptr<net::ByteSource>(); });
    BOOST_TEST(net::request_head(put).find("Transfer-Encoding: chunked\r\n") != std::string::npos);

    BOOST_TEST(net::connect_head(hf::Url::parse("https://[::1]/").origin(), "") ==
               "CONNECT [::1]:443 HTTP/1.1\r\nHost: [::1]:443\r\n\r\n");
}

BOOST_AUTO_TEST_SUITE_END()
