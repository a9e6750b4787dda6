#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hf::test {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// A request exactly as it came over the socket; only the chunks of the body are put together.
struct ReceivedRequest {
    std::string method;
    std::string target;
    Headers headers;
    std::string body;

    std::optional<std::string_view> header(std::string_view name) const;  ///< the first; case does not matter
    std::string_view path() const;                                        ///< target up to '?'
    std::string_view query() const;                                       ///< target behind '?'
};

/// What to do with a request.
struct ScriptedAnswer {
    unsigned status = 200;
    Headers headers;
    std::string body;
    /// Adds Content-Length, but for HEAD, 204 and 304. Answers to HEAD never have a body.
    bool content_length = true;
    bool chunked = false;  ///< in pieces of different length
    bool drop = false;     ///< closes the connection instead of answering
    bool close = false;    ///< closes the connection after the answer
    /// Sends that many bytes of the body, then nothing for `stall`, then closes.
    std::optional<std::size_t> stall_after;
    std::chrono::milliseconds stall{0};
};

/// An HTTP/1.1 server on a loopback port of the system's choice, whose answers are decided by a function.
/// It parses with code of its own, so that it shares no fault with the client under test. The handler runs on
/// the executor, which must not be used by several threads at once. Destroying the server closes everything.
class ScriptedServer {
public:
    using Handler = std::function<ScriptedAnswer(const ReceivedRequest&)>;

    ScriptedServer(boost::asio::any_io_executor executor, Handler handler);
    ~ScriptedServer();
    ScriptedServer(const ScriptedServer&) = delete;
    ScriptedServer& operator=(const ScriptedServer&) = delete;

    std::uint16_t port() const noexcept;
    std::string url() const;  ///< "http://127.0.0.1:<port>"
    /// Closes all connections, but goes on listening.
    void close_connections();

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace hf::test
