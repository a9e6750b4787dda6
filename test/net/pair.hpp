#pragma once

#include "faulty_server.hpp"
#include "net_client.hpp"

namespace hf::test {

/// By how much times that a test measures may grow under a sanitizer.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr int slowness = 10;
#else
inline constexpr int slowness = 1;
#endif

/// One script behind TCP and behind TLS, since every case must hold for both.
class Pair {
public:
    explicit Pair(FaultyServer::Script script) : plain(script), secure(script, authority().issue({"127.0.0.1", "localhost"})) {}

    static const TestCa& authority() {
        static const TestCa ca;
        return ca;
    }
    static net::TransportConfig config() {
        net::TransportConfig config;
        config.tls.ca_pem = authority().pem();
        return config;
    }
    std::vector<FaultyServer*> both() { return {&plain, &secure}; }
    std::vector<std::string> urls(std::string_view target = "/") const {
        return {plain.url(target), secure.url(target)};
    }

    FaultyServer plain, secure;
};

/// Answers every request of a connection with its own head and body.
inline void echo(Peer& peer) {
    for (;;) {
        const std::string head = peer.read_head();
        const auto length = head.find("Content-Length: ");
        std::string body;
        if (length != head.npos) body = peer.read(std::stoul(head.substr(length + 16)));
        if (head.find("Transfer-Encoding: chunked") != head.npos) body = peer.read_chunked();
        peer.answer(head + body);
    }
}

/// `answer` to the first request of each connection, then the end.
inline FaultyServer::Script once(std::string answer) {
    return [answer](Peer& peer) {
        peer.read_head();
        peer.write(answer);
        peer.sleep(std::chrono::milliseconds(50));
    };
}

/// What `E` carries when `work` throws it.
template <class E, class F>
ErrorInfo error_of(F work) {
    try {
        work();
    } catch (const E& error) {
        return error.info();
    }
    throw std::logic_error("nothing was thrown");
}

}  // namespace hf::test
