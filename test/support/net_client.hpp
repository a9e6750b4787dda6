#pragma once

#include <hf/core/error.hpp>
#include <hf/net/http_transport.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace hf::test {

/// An answer read to its end.
struct WireAnswer {
    unsigned status = 0;
    net::Fields fields;
    std::string body;
    net::Timings timings;
};

boost::asio::awaitable<WireAnswer> fetch(std::shared_ptr<net::Transport> transport, net::Request request);

/// A transport on a context of its own, for tests that want one thing at a time. As many threads run the context
/// as HFHUB_TEST_THREADS says, one by default.
class Client {
public:
    explicit Client(net::TransportConfig config = net::TransportConfig());
    ~Client();

    WireAnswer send(net::Request request);
    WireAnswer get(const std::string& url);
    /// Runs `work` to its end and throws what it throws.
    void run(std::function<boost::asio::awaitable<void>()> work);

    boost::asio::io_context context;
    std::shared_ptr<net::Transport> transport;
};

net::Request request(net::Method method, const std::string& url, std::string body = {});

/// A body of `size` bytes given in small pieces; counts how often it was opened.
net::Body stream_body(std::string content, bool sized, std::shared_ptr<int> opened = nullptr);

/// Asks until `done` says so, for at most `limit`.
bool eventually(const std::function<bool()>& done, std::chrono::milliseconds limit = std::chrono::seconds(5));

}  // namespace hf::test
