#pragma once

#include "local_hub/server/dispatch.hpp"
#include "local_hub/server/http_server.hpp"
#include "local_hub/server/workers.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace hf::local_hub {

namespace asio = boost::asio;
namespace beast = boost::beast;

/// One accepted socket and the requests on it. Plain if `tls` is null.
class Connection : public std::enable_shared_from_this<Connection> {
public:
    Connection(std::shared_ptr<ServerContext> context, Workers& workers, asio::ip::tcp::socket socket,
               asio::ssl::context* tls, bool lfs_origin);
    ~Connection();

    asio::awaitable<void> serve();
    /// Aborts what is under way. On the connection's executor.
    void close();
    auto executor() { return beast::get_lowest_layer(stream_).get_executor(); }

private:
    using Parser = beast::http::request_parser<beast::http::buffer_body>;

    asio::awaitable<void> serve_all();
    asio::awaitable<bool> serve_one();  ///< false: the connection ends
    void report(Dispatch& dispatch, std::chrono::steady_clock::time_point start);
    asio::awaitable<bool> read_head(Parser& parser);
    asio::awaitable<void> refuse(HttpError error);
    asio::awaitable<void> linger();
    asio::awaitable<bool> handle(Parser& parser, Dispatch& dispatch, const std::vector<Fault>& faults);
    enum class Collected { whole, too_large, cut };
    asio::awaitable<Collected> collect_body(Parser& parser, Dispatch& dispatch, const std::vector<Fault>& faults);
    asio::awaitable<bool> stream_body(Parser& parser, Dispatch& dispatch, const std::vector<Fault>& faults);
    asio::awaitable<std::size_t> read_body(Parser& parser, asio::mutable_buffer buffer);
    asio::awaitable<bool> send(Dispatch& dispatch, const std::vector<Fault>& faults, bool keep_alive);
    asio::awaitable<bool> send_body(Dispatch& dispatch, const std::vector<Fault>& faults);
    asio::awaitable<void> write(std::string_view bytes);
    asio::awaitable<void> sleep(std::chrono::nanoseconds duration);
    asio::awaitable<void> pace(std::uint64_t bytes);
    void reset();
    Request make_request(const Parser& parser) const;

    std::shared_ptr<ServerContext> shared_context_;
    ServerContext& context_;
    Workers& workers_;
    beast::ssl_stream<beast::tcp_stream> stream_;
    bool encrypted_;
    bool lfs_origin_;
    std::string remote_;
    beast::flat_buffer buffer_;
    std::vector<char> chunk_;  // allocated with the first body that needs it
    Pacer pacer_;
    asio::steady_timer timer_;
    bool closed_ = false;
    bool unread_ = false;  // the last request's body was not read to its end
    std::uint64_t received_ = 0, sent_ = 0;
};

}  // namespace hf::local_hub
