// The session over real sockets: every case over HTTP and HTTPS, on one thread and on four.
#include "pair.hpp"

#include <hf/core/repo.hpp>
#include <hf/session/environment.hpp>
#include <hf/session/session.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <future>
#include <map>

using namespace hf;
using namespace hf::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

constexpr std::string_view secret = "hf_secret";

/// Waits are noted, not waited. The wall clock stands at Wed, 21 Oct 2015 07:28:00 GMT.
class NotingClock final : public Clock {
public:
    std::chrono::steady_clock::time_point now() const override { return std::chrono::steady_clock::now(); }
    std::chrono::system_clock::time_point system_now() const override {
        return std::chrono::system_clock::from_time_t(1445412480);
    }
    double random() override { return 0.5; }
    asio::awaitable<void> sleep(std::chrono::milliseconds duration) override {
        {
            const std::scoped_lock lock(mutex_);
            slept_.push_back(duration);
        }
        // Others must get on, or what is waited for would never come.
        co_await asio::post(asio::use_awaitable);
    }
    std::vector<std::chrono::milliseconds> slept() const {
        const std::scoped_lock lock(mutex_);
        return slept_;
    }

private:
    mutable std::mutex mutex_;
    std::vector<std::chrono::milliseconds> slept_;
};

/// What a server was asked, from the threads of its connections.
class Heard {
public:
    void add(std::string head) {
        const std::scoped_lock lock(mutex_);
        heads_.push_back(std::move(head));
    }
    std::vector<std::string> heads() const {
        const std::scoped_lock lock(mutex_);
        return heads_;
    }

private:
    mutable std::mutex mutex_;
    std::vector<std::string> heads_;
};

/// A session on `threads` threads, and calls of it from the test's own thread.
class Caller {
public:
    Caller(const std::string& endpoint, unsigned threads, SessionConfig config = SessionConfig(),
           std::map<std::string, std::string> variables = {{"SSL_CERT_FILE", ""}})
        : pool(threads) {
        const Environment environment(
            [&](const std::string& name) -> std::optional<std::string> {
                const auto it = variables.find(name);
                if (it == variables.end()) return std::nullopt;
                return it->second;
            },
            "/nowhere");
        config.endpoint = endpoint;
        config.token = secret;
        if (variables.contains("SSL_CERT_FILE") && variables["SSL_CERT_FILE"].empty())
            config.ca_pem = Pair::authority().pem();
        config.environment = &environment;
        session.emplace(pool.get_executor(), config, nullptr, clock);
        session->on_request([this](const RequestEvent& event) {
            const std::scoped_lock lock(mutex_);
            events_.push_back(event);
        });
    }
    ~Caller() {
        if (session) session->close();
        session.reset();
        pool.join();
    }

    Reply send(Request request) {
        return asio::co_spawn(pool, session->send(std::move(request)), asio::use_future).get();
    }
    Reply get(std::string_view target) { return send(Request(net::Method::get, std::string(target))); }
    std::vector<RequestEvent> events() const {
        const std::scoped_lock lock(mutex_);
        return events_;
    }

    asio::thread_pool pool;
    std::shared_ptr<NotingClock> clock = std::make_shared<NotingClock>();
    std::optional<Session> session;

private:
    mutable std::mutex mutex_;
    std::vector<RequestEvent> events_;
};

/// `check` for the plain and the secure server of one script, on one thread and on four.
void every_way(const FaultyServer::Script& script, const std::function<void(FaultyServer&, unsigned)>& check) {
    for (const unsigned threads : {1u, 4u}) {
        Pair servers(script);
        for (FaultyServer* server : servers.both()) {
            BOOST_TEST_CONTEXT(server->url() << " on " << threads << " threads") { check(*server, threads); }
        }
    }
}

std::string target_of(const std::string& head) {
    const auto start = head.find(' ') + 1;
    return head.substr(start, head.find(' ', start) - start);
}

/// Answers each request by its number on the whole server.
FaultyServer::Script in_turn(std::vector<std::string> answers) {
    const auto next = std::make_shared<std::atomic<std::size_t>>(0);
    return [answers, next](Peer& peer) {
        for (;;) {
            peer.read_head();
            const std::string& answer = answers[next->fetch_add(1) % answers.size()];
            if (answer.empty()) return peer.reset();
            peer.write(answer);
        }
    };
}

std::string with_body(std::string_view status, std::string_view body, std::string_view fields = {}) {
    return "HTTP/1.1 " + std::string(status) + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           std::string(fields) + "\r\n" + std::string(body);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(net_session)

BOOST_AUTO_TEST_CASE(every_redirect_status_keeps_query_token_and_rules) {
    struct Row {
        unsigned status;
        net::Method method;
        std::string_view arrives_as;
        bool with_content;
    };
    const Row rows[] = {
        {301, net::Method::get, "GET", false}, {301, net::Method::post, "GET", false},
        {302, net::Method::get, "GET", false}, {302, net::Method::post, "GET", false},
        {303, net::Method::get, "GET", false}, {303, net::Method::post, "GET", false},
        {307, net::Method::get, "GET", false}, {307, net::Method::post, "POST", true},
        {308, net::Method::get, "GET", false}, {308, net::Method::post, "POST", true},
    };
    const auto script = [](Peer& peer) {
        for (;;) {
            const std::string head = peer.read_head();
            std::string body;
            if (const auto at = head.find("Content-Length: "); at != head.npos)
                body = peer.read(std::stoul(head.substr(at + 16)));
            const std::string target = target_of(head);
            if (target.starts_with("/from/")) {
                const auto host = head.find("X-Base: ");
                const std::string base =
                    host == head.npos ? "" : head.substr(host + 8, head.find("\r\n", host) - host - 8);
                peer.answer("moved", target.substr(6, 3) + " Moved", "Location: " + base + "/to?a=%20b&c=d%2Fe\r\n");
            } else {
                peer.answer(head + body);
            }
        }
    };
    every_way(script, [&](FaultyServer& server, unsigned threads) {
        Caller caller(server.url(""), threads);
        for (const Row& row : rows) {
            for (const bool absolute : {false, true}) {
                Request request(row.method, "/from/" + std::to_string(row.status));
                if (row.method == net::Method::post) request.json(json::object{{"content", "here"}});
                if (absolute) request.header("X-Base", server.url(""));
                const Reply reply = caller.send(std::move(request));
                BOOST_TEST(reply.body.starts_with(std::string(row.arrives_as) + " /to?a=%20b&c=d%2Fe HTTP/1.1\r\n"));
                BOOST_TEST(reply.body.find("Authorization: Bearer hf_secret\r\n") != reply.body.npos);
                BOOST_TEST(reply.body.ends_with(R"({"content":"here"})") == row.with_content);
                BOOST_TEST(reply.url.target() == "/to?a=%20b&c=d%2Fe");
            }
        }
        BOOST_TEST(server.connections() == 1u);
    });
}

BOOST_AUTO_TEST_CASE(the_token_stays_when_a_redirect_leaves) {
    // Another port in both schemes, another scheme, and another name of the same machine.
    Heard elsewhere;
    const auto listener = [&](Peer& peer) {
        for (;;) {
            elsewhere.add(peer.read_head());
            peer.answer("storage");
        }
    };
    Pair others(listener);
    const auto script = [](Peer& peer) {
        for (;;) {
            const std::string head = peer.read_head();
            const std::string target = target_of(head);
            if (target.starts_with("/go?"))
                peer.answer("", "302 Found", "Location: " + target.substr(4) + "\r\n");
            else
                peer.answer(head);
        }
    };
    every_way(script, [&](FaultyServer& server, unsigned threads) {
        Caller caller(server.url(""), threads);
        const bool secure = server.url().starts_with("https");
        const auto before = elsewhere.heads().size();
        for (const auto& url : others.urls("/object?X-Amz-Signature=abc")) {
            if (secure && url.starts_with("http:")) {
                // To plain text is not followed at all.
                BOOST_CHECK_THROW(caller.get("/go?" + url), ProtocolError);
                continue;
            }
            BOOST_TEST(caller.get("/go?" + url).body == "storage");
        }
        const auto heads = elsewhere.heads();
        BOOST_TEST(heads.size() - before == (secure ? 1u : 2u));
        for (const auto& head : heads) {
            BOOST_TEST(head.starts_with("GET /object?X-Amz-Signature=abc HTTP/1.1\r\n"));
            BOOST_TEST(head.find("Authorization") == head.npos);
            BOOST_TEST(head.find(secret) == head.npos);
        }
        const std::string renamed = caller.get("/go?" + server.url("/same", "localhost")).body;
        BOOST_TEST(renamed.starts_with("GET /same HTTP/1.1\r\nHost: localhost:"));
        BOOST_TEST(renamed.find(secret) == renamed.npos);
    });
}

BOOST_AUTO_TEST_CASE(redirects_that_never_end) {
    const auto counter = std::make_shared<std::atomic<unsigned>>(0);
    const auto script = [counter](Peer& peer) {
        for (;;) {
            const std::string target = target_of(peer.read_head());
            const std::string next = target == "/circle" ? "/circle" : "/" + std::to_string(++*counter);
            peer.answer("", "302 Found", "Location: " + next + "\r\n");
        }
    };
    every_way(script, [&](FaultyServer& server, unsigned threads) {
        SessionConfig config;
        config.max_redirects = 7;
        Caller caller(server.url(""), threads, config);
        BOOST_TEST(error_of<ProtocolError>([&] { caller.get("/circle"); }).message.find("circle") != std::string::npos);
        const unsigned before = *counter;
        const auto info = error_of<ProtocolError>([&] { caller.get("/on"); });
        BOOST_TEST(info.message.find("more than 7 redirects") != std::string::npos);
        BOOST_TEST(*counter - before == 8u);
        BOOST_TEST(caller.clock->slept().empty());
    });
}

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
                                    std::string(), std::string(100'000, '['), std::string("{\"id\": \"\xff\xfe\"}")}) {
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
                  caller.get("/api/models?X-Amz-Signature=topsecret");
                  const auto events = caller.events();
                  BOOST_REQUIRE(events.size() == 2u);
                  for (int i = 0; i < 2; ++i) {
                      BOOST_TEST((events[i].method == net::Method::get));
                      BOOST_TEST(events[i].host == "127.0.0.1:" + std::to_string(server.port()));
                      BOOST_TEST(events[i].path == "/api/models");
                      BOOST_TEST(events[i].attempt == i + 1);
                      BOOST_TEST(events[i].duration.count() > 0);
                      BOOST_TEST(events[i].error.find("topsecret") == std::string::npos);
                      BOOST_TEST(events[i].error.find(secret) == std::string::npos);
                  }
                  BOOST_TEST(events[0].status == 503u);
                  BOOST_TEST(events[1].status == 200u);
                  BOOST_TEST(events[1].bytes_received == 5u);
                  BOOST_TEST(events[1].error.empty());
              });
}

BOOST_AUTO_TEST_CASE(pages_stay_on_a_mirror_below_a_path) {
    Heard elsewhere;
    Pair foreign([&](Peer& peer) {
        elsewhere.add(peer.read_head());
        peer.answer("[]");
    });
    const std::string next = foreign.plain.url("/api/models?cursor=a%3Db");
    const auto script = [next](Peer& peer) {
        for (;;) {
            const std::string head = peer.read_head();
            const std::string target = target_of(head);
            const bool token = head.find("Authorization: Bearer hf_secret") != head.npos;
            if (target == "/mirror/hf/api/models")
                peer.answer("[1]", "200 OK", "Link: <" + next + ">; rel=\"next\"\r\n");
            else
                peer.answer(target == "/mirror/hf/api/models?cursor=a%3Db" && token ? "[2]" : "[3]");
        }
    };
    every_way(script, [&](FaultyServer& server, unsigned threads) {
        Caller caller(server.url("/mirror/hf/"), threads);
        auto list = caller.session->list<std::int64_t>(hf::get("/api/models"));
        std::vector<std::int64_t> seen;
        while (auto item = asio::co_spawn(caller.pool, list.next(), asio::use_future).get()) seen.push_back(*item);
        BOOST_TEST(seen == (std::vector<std::int64_t>{1, 2}));
        BOOST_TEST(elsewhere.heads().empty());
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

BOOST_AUTO_TEST_CASE(trust_comes_from_the_environment) {
    const auto folder = std::filesystem::temp_directory_path() / ("hfhub-ca-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder);
    const std::string& pem = Pair::authority().pem();
    BIO* text = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
    X509* certificate = PEM_read_bio_X509(text, nullptr, nullptr, nullptr);
    char name[16];
    std::snprintf(name, sizeof name, "%08lx.0", X509_subject_name_hash(certificate));
    X509_free(certificate);
    BIO_free(text);
    const std::string file = (folder / name).string();
    std::ofstream(file) << pem;
    FaultyServer server(echo, Pair::authority().issue({"127.0.0.1"}));
    const std::pair<const char*, std::string> rows[] = {{"SSL_CERT_FILE", file},
                                                        {"SSL_CERT_DIR", folder.string()},
                                                        {"REQUESTS_CA_BUNDLE", file},
                                                        {"CURL_CA_BUNDLE", file}};
    for (const unsigned threads : {1u, 4u}) {
        for (const auto& [variable, value] : rows) {
            BOOST_TEST_CONTEXT(variable) {
                Caller caller(server.url(""), threads, SessionConfig(), {{variable, value}});
                BOOST_TEST(caller.get("/").status == 200u);
            }
        }
        Caller caller(server.url(""), threads, SessionConfig(), {});
        const auto info = error_of<TlsError>([&] { caller.get("/"); });
        BOOST_TEST(info.message.find("unknown authority") != std::string::npos);
        BOOST_TEST(caller.events().size() == 1u);  // trying again would not help
    }
    std::filesystem::remove_all(folder);
}

BOOST_AUTO_TEST_SUITE_END()
