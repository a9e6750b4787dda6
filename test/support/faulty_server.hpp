#pragma once

#include "test_ca.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

struct ssl_ctx_st;
struct ssl_st;

namespace hf::test {

/// The server's end of one connection: blocking calls for a script that runs in a thread of its own. Everything
/// that fails because the client went away ends the script quietly.
class Peer {
public:
    Peer(int descriptor, unsigned number) : descriptor_(descriptor), number_(number) {}
    ~Peer();
    Peer(const Peer&) = delete;
    Peer& operator=(const Peer&) = delete;

    void accept_tls(ssl_ctx_st* context);
    bool tls_resumed() const;
    void end_tls();  ///< close_notify

    /// The head of the next request with its empty line.
    std::string read_head();
    std::string read(std::size_t size);
    std::string read_chunked();  ///< a chunked body, decoded
    void write(std::string_view bytes);
    /// Waits until the client closes, throwing away what it sends.
    void wait_for_close();
    bool client_is_gone();                       ///< right now
    void relay(std::uint16_t port);              ///< passes bytes to and from 127.0.0.1:port until one side ends
    std::string local_address() const;           ///< that the client has connected to
    void sleep(std::chrono::milliseconds time);  ///< ends early when the server stops
    void reset();                                ///< closes with RST
    void close();
    /// Status 200 with a body and Content-Length.
    void answer(std::string_view body, std::string_view status = "200 OK", std::string_view fields = {});

    unsigned number() const { return number_; }  ///< of the connection, counted from 0

private:
    friend class FaultyServer;
    std::size_t receive(char* data, std::size_t size);

    std::atomic<int> descriptor_;
    unsigned number_;
    ssl_st* tls_ = nullptr;
    std::string buffer_;
};

/// A server on 127.0.0.1 whose every connection runs a script.
class FaultyServer {
public:
    using Script = std::function<void(Peer&)>;

    explicit FaultyServer(Script script) : FaultyServer(std::move(script), std::nullopt) {}
    /// With `credentials` it speaks TLS; `raw_tls` leaves the handshake to the script.
    FaultyServer(Script script, std::optional<Credentials> credentials, bool raw_tls = false,
                 std::string client_ca = {}, const char* address = "127.0.0.1");
    ~FaultyServer();

    std::uint16_t port() const { return port_; }
    std::string url(std::string_view target = "/", std::string_view host = "127.0.0.1") const;
    unsigned connections() const { return accepted_; }   ///< accepted so far
    unsigned open_connections() const { return open_; }  ///< whose script still runs
    ssl_ctx_st* tls() const { return tls_.get(); }
    std::vector<std::string> errors() const;  ///< of scripts, other than that the client went away

private:
    void run();
    void serve(std::shared_ptr<Peer> peer);

    Script script_;
    std::shared_ptr<ssl_ctx_st> tls_;
    bool raw_tls_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<unsigned> accepted_{0}, open_{0};
    mutable std::mutex mutex_;
    std::vector<std::shared_ptr<Peer>> peers_;
    std::vector<std::thread> threads_;
    std::vector<std::string> errors_;
    bool stopping_ = false;
    std::thread acceptor_;
};

}  // namespace hf::test
