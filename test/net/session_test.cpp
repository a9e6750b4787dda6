// The session over real sockets: every case over HTTP and HTTPS, on one thread and on four.
#include "caller.hpp"

#include <hf/core/repo.hpp>

#include <zlib.h>

#include <future>

using namespace hf;
using namespace hf::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;

BOOST_AUTO_TEST_SUITE(net_session)

BOOST_AUTO_TEST_CASE(a_storm_of_429) {
    every_way(in_turn({with_body("429 Too Many Requests", "slow down", "Retry-After: 7\r\n")}),
              [](FaultyServer& server, unsigned threads) {
                  Caller caller(server.url(""), threads);
                  const auto info = error_of<HfHubHTTPError>([&] { caller.get("/api/models"); });
                  BOOST_TEST(info.status == 429u);
                  BOOST_TEST((info.retry_after == 7s));
                  const auto slept = caller.clock->slept();
                  BOOST_TEST(slept.size() == 4u);
                  for (const auto wait : slept) BOOST_TEST((wait >= 7s && wait < 30s));
                  BOOST_TEST(server.connections() == 1u);
              });
}

BOOST_AUTO_TEST_CASE(a_storm_is_not_answered_with_one) {
    every_way(in_turn({with_body("503 Service Unavailable", "")}), [](FaultyServer& server, unsigned threads) {
        SessionConfig config;
        config.max_connections = 8;
        Caller caller(server.url(""), threads, config);
        constexpr std::size_t calls = 200;
        std::vector<std::future<Reply>> done;
        for (std::size_t i = 0; i < calls; ++i)
            done.push_back(asio::co_spawn(caller.pool, caller.session->send(Request(net::Method::get, "/api/models")),
                                          asio::use_future));
        for (auto& one : done) BOOST_CHECK_THROW(one.get(), HfHubHTTPError);
        // A fifth of the requests, and ten for each second that this took.
        const auto repeated = caller.events().size() - calls;
        BOOST_TEST(repeated >= 10u);
        BOOST_TEST(repeated < calls * 2);
    });
}

BOOST_AUTO_TEST_CASE(a_503_with_a_date) {
    every_way(in_turn({with_body("503 Service Unavailable", "", "Retry-After: Wed, 21 Oct 2015 07:28:05 GMT\r\n"),
                       with_body("200 OK", "back")}),
              [](FaultyServer& server, unsigned threads) {
                  Caller caller(server.url(""), threads);
                  BOOST_TEST(caller.get("/api/models").body == "back");
                  const auto slept = caller.clock->slept();
                  BOOST_TEST(slept.size() == 1u);
                  BOOST_TEST((slept.at(0) >= 5s && slept.at(0) < 15s));
              });
}

BOOST_AUTO_TEST_CASE(what_the_client_repeats) {
    // Reset before the answer, cut within the body, each retryable status: a GET survives them in one call.
    const std::string cut = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\n{";
    for (const std::string& first :
         {std::string(), with_body("408 Request Timeout", ""), with_body("429 Too Many Requests", ""),
          with_body("500 Oops", ""), with_body("502 Bad Gateway", ""), with_body("503 Service Unavailable", ""),
          with_body("504 Gateway Timeout", "")}) {
        BOOST_TEST_CONTEXT(first) {
            every_way(in_turn({first, with_body("200 OK", "fine")}), [](FaultyServer& server, unsigned threads) {
                Caller caller(server.url(""), threads);
                BOOST_TEST(caller.get("/").body == "fine");
                BOOST_TEST(caller.events().size() == 2u);
                BOOST_TEST(caller.clock->slept().size() == 1u);
            });
        }
    }
    const auto half = std::make_shared<std::atomic<unsigned>>(0);
    every_way(
        [half, cut](Peer& peer) {
            peer.read_head();
            if (half->fetch_add(1) % 2) return peer.answer("fine");
            peer.write(cut);
        },
        [](FaultyServer& server, unsigned threads) {
            Caller caller(server.url(""), threads);
            BOOST_TEST(caller.get("/").body == "fine");
            BOOST_TEST(server.connections() == 2u);
        });
    // A POST may have been done: said, not repeated.
    every_way(in_turn({std::string()}), [](FaultyServer& server, unsigned threads) {
        Caller caller(server.url(""), threads);
        const auto info = error_of<ConnectionError>([&] { caller.send(Request(net::Method::post, "/api/repos")); });
        BOOST_TEST(!info.unsent);
        BOOST_TEST(server.connections() == 1u);
        BOOST_TEST(caller.clock->slept().empty());
    });
}

BOOST_AUTO_TEST_CASE(answers_that_are_not_the_json_that_was_asked_for) {
    for (const std::string& body : {std::string("{\"id\": \"gpt2\""), std::string("<html><body>Sign in</body></html>"),
                                    std::string(), std::string(100'000, '['), std::string("{\"id\": \"\xff\xfe\"")}) {
        BOOST_TEST_CONTEXT(body.substr(0, 40)) {
            every_way(in_turn({with_body("200 OK", body)}), [](FaultyServer& server, unsigned threads) {
                Caller caller(server.url(""), threads);
                const auto info = error_of<InvalidResponseError>([&] {
                    auto call = caller.session->call<json::value>(Request(net::Method::get, "/api/models?sig=x"));
                    asio::co_spawn(caller.pool, std::move(call), asio::use_future).get();
                });
                BOOST_TEST(info.message.find(server.url("/api/models")) != std::string::npos);
                BOOST_TEST(info.status == 200u);
                BOOST_TEST(server.connections() == 1u);
            });
        }
    }
}

BOOST_AUTO_TEST_CASE(large_error_bodies_are_cut) {
    const std::string page(10'000'000, 'e');
    every_way(in_turn({with_body("400 Bad Request", page)}), [](FaultyServer& server, unsigned threads) {
        Caller caller(server.url(""), threads);
        const auto info = error_of<BadRequestError>([&] { caller.get("/api/models"); });
        BOOST_TEST(info.body.size() == 64u << 10);
        BOOST_TEST(info.message.size() < 1000u);
    });
}

BOOST_AUTO_TEST_CASE(answers_that_grow_too_large) {
    const std::string zeros(20'000'000, '\0');
    uLongf size = compressBound(zeros.size());
    std::string bomb(size, '\0');
    compress(reinterpret_cast<Bytef*>(bomb.data()), &size, reinterpret_cast<const Bytef*>(zeros.data()), zeros.size());
    bomb.resize(size);
    for (const std::string& answer :
         {with_body("200 OK", bomb, "Content-Encoding: deflate\r\n"), with_body("200 OK", zeros)}) {
        every_way(in_turn({answer}), [](FaultyServer& server, unsigned threads) {
            SessionConfig config;
            config.max_body = 1'000'000;
            Caller caller(server.url(""), threads, config);
            BOOST_CHECK_THROW(caller.get("/api/models"), ResponseTooLargeError);
            BOOST_TEST(server.connections() == 1u);
            BOOST_TEST(caller.clock->slept().empty());
        });
    }
}

BOOST_AUTO_TEST_CASE(line_breaks_reach_no_socket) {
    every_way(echo, [](FaultyServer& server, unsigned threads) {
        Caller caller(server.url(""), threads);
        for (const char* evil : {"a/b\r\nX-Evil: 1", "a/b\n", "a\r/b", "a/b\r\n\r\nGET / HTTP/1.1"}) {
            BOOST_CHECK_THROW(caller.send(hf::get("/api/{}", Repo("model", evil))), HFValidationError);
            BOOST_CHECK_THROW(caller.send(hf::get("/api").header("X-Name", evil)), HFValidationError);
            BOOST_CHECK_THROW(caller.send(hf::get("/api").token(TokenArg(evil))), HFValidationError);
        }
        BOOST_TEST(server.connections() == 0u);
        // Elsewhere in a path they are data.
        const std::string echoed = caller.send(hf::get("/api/{}", segment("x\r\nX-Evil: 1"))).body;
        BOOST_TEST(echoed.starts_with("GET /api/x%0D%0AX-Evil%3A%201 HTTP/1.1\r\n"));
    });
}

BOOST_AUTO_TEST_CASE(events_tell_everything_but_secrets) {
    every_way(in_turn({with_body("503 Service Unavailable", "busy"), with_body("200 OK", "hello")}),
              [](FaultyServer& server, unsigned threads) {
                  Caller caller(server.url(""), threads);
                  caller.send(hf::post("/api/models?X-Amz-Signature=topsecret")
                                  .json(json::object{{"content", "here"}})
                                  .idempotent(true));
                  const auto events = caller.events();
                  BOOST_REQUIRE(events.size() == 2u);
                  for (int i = 0; i < 2; ++i) {
                      BOOST_TEST((events[i].method == net::Method::post));
                      BOOST_TEST(events[i].host == "127.0.0.1:" + std::to_string(server.port()));
                      BOOST_TEST(events[i].path == "/api/models");
                      BOOST_TEST(events[i].attempt == i + 1);
                      BOOST_TEST(events[i].duration.count() > 0);
                      BOOST_TEST(events[i].bytes_sent > 100u);
                      BOOST_TEST(events[i].bytes_sent < 1000u);
                      BOOST_TEST(events[i].timings.first_byte.count() > 0);
                      BOOST_TEST((events[i].timings.first_byte <= events[i].duration));
                      BOOST_TEST(events[i].timings.reused == (i == 1));
                      BOOST_TEST((events[i].timings.connect.count() > 0) == (i == 0));
                      BOOST_TEST(events[i].error.find("topsecret") == std::string::npos);
                      BOOST_TEST(events[i].error.find(secret) == std::string::npos);
                  }
                  BOOST_TEST(events[0].status == 503u);
                  BOOST_TEST(events[1].status == 200u);
                  BOOST_TEST(events[1].bytes_received == 5u);
                  BOOST_TEST(events[1].error.empty());
              });
}

BOOST_AUTO_TEST_CASE(the_handle_goes_while_calls_are_under_way) {
    for (const bool answered : {true, false}) {
        std::atomic<unsigned> asked{0};
        std::atomic<bool> go{false};
        const auto script = [&](Peer& peer) {
            peer.read_head();
            ++asked;
            while (!go && !peer.client_is_gone()) peer.sleep(5ms);
            peer.answer("late");
            peer.wait_for_close();
        };
        every_way(script, [&](FaultyServer& server, unsigned threads) {
            asked = 0;
            go = false;
            Caller caller(server.url(""), threads);
            std::vector<std::future<Reply>> done;
            for (int i = 0; i < 20; ++i)
                done.push_back(asio::co_spawn(caller.pool, caller.session->send(Request(net::Method::get, "/")),
                                              asio::use_future));
            BOOST_TEST(eventually([&] { return asked == 20; }));
            if (!answered) caller.session->close();
            caller.session.reset();
            if (answered) go = true;
            unsigned late = 0, aborted = 0;
            for (auto& one : done) {
                try {
                    late += one.get().body == "late";
                } catch (const boost::system::system_error& error) {
                    aborted += error.code() == asio::error::operation_aborted;
                }
            }
            BOOST_TEST(late == (answered ? 20u : 0u));
            BOOST_TEST(aborted == (answered ? 0u : 20u));
            BOOST_TEST(eventually([&] { return server.open_connections() == 0; }));
        });
    }
}

BOOST_AUTO_TEST_SUITE_END()
