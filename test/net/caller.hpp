#pragma once

#include "pair.hpp"
#include "request_log.hpp"

#include <hf/session/environment.hpp>
#include <hf/session/session.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <map>
#include <mutex>
#include <optional>

namespace hf::test {

namespace asio = boost::asio;
using namespace std::chrono_literals;

inline constexpr std::string_view secret = "hf_secret";

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

using Variables = std::map<std::string, std::string>;

/// A session on `threads` threads, and calls of it from the test's own thread.
class Caller {
public:
    /// With the token `secret`, trusting the servers of Pair.
    Caller(const std::string& endpoint, unsigned threads, SessionConfig config = SessionConfig()) : pool(threads) {
        config.endpoint = endpoint;
        config.token = secret;
        config.ca_pem = Pair::authority().pem();
        start(config, Variables());
    }
    /// With what the environment says, and nothing else but `config`.
    Caller(const Variables& variables, unsigned threads, SessionConfig config = SessionConfig()) : pool(threads) {
        start(config, variables);
    }
    ~Caller() {
        if (session) session->close();
        session.reset();
        pool.join();
    }

    template <class T>
    T run(asio::awaitable<T> operation) {
        return asio::co_spawn(pool, std::move(operation), asio::use_future).get();
    }
    Reply send(Request request) { return run(session->send(std::move(request))); }
    Reply get(std::string_view target) { return send(Request(net::Method::get, std::string(target))); }
    std::vector<RequestEvent> events() const { return log_.all(); }

    asio::thread_pool pool;
    std::shared_ptr<NotingClock> clock = std::make_shared<NotingClock>();
    std::optional<Session> session;

private:
    void start(SessionConfig config, const Variables& variables) {
        const Environment environment(
            [&](const std::string& name) -> std::optional<std::string> {
                const auto it = variables.find(name);
                if (it == variables.end()) return std::nullopt;
                return it->second;
            },
            "/nowhere");
        config.environment = &environment;
        session.emplace(pool.get_executor(), config, nullptr, clock);
        session->on_request([this](const RequestEvent& event) { log_.add(event); });
    }

    RequestLog log_;
};

/// `check` for the plain and the secure server of one script, on one thread and on four.
inline void every_way(const FaultyServer::Script& script, const std::function<void(FaultyServer&, unsigned)>& check) {
    for (const unsigned threads : {1u, 4u}) {
        Pair servers(script);
        for (FaultyServer* server : servers.both()) {
            BOOST_TEST_CONTEXT(server->url() << " on " << threads << " threads") { check(*server, threads); }
        }
    }
}

inline std::string target_of(const std::string& head) {
    const auto start = head.find(' ') + 1;
    return head.substr(start, head.find(' ', start) - start);
}

/// Answers each request by its number on the whole server.
inline FaultyServer::Script in_turn(std::vector<std::string> answers) {
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

inline std::string with_body(std::string_view status, std::string_view body, std::string_view fields = {}) {
    return "HTTP/1.1 " + std::string(status) + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           std::string(fields) + "\r\n" + std::string(body);
}

}  // namespace hf::test
