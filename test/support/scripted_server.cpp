#include "scripted_server.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <charconv>
#include <set>
#include <stdexcept>

namespace hf::test {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_name(std::string_view a, std::string_view b) { return std::ranges::equal(a, b, {}, lower, lower); }

std::string_view trim(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

std::size_t parse_size(std::string_view text, int base) {
    std::size_t size = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size, base);
    if (error != std::errc() || end == text.data()) throw std::runtime_error("malformed length in a request");
    return size;
}

ReceivedRequest parse_head(std::string_view head) {
    ReceivedRequest request;
    const auto next_line = [&head] {
        const auto end = head.find("\r\n");
        const std::string_view line = head.substr(0, end);
        head.remove_prefix(end + 2);
        return line;
    };
    const std::string_view line = next_line();
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == line.npos || last == first || line.substr(last + 1) != "HTTP/1.1")
        throw std::runtime_error("malformed request line");
    request.method = line.substr(0, first);
    request.target = line.substr(first + 1, last - first - 1);
    for (std::string_view field = next_line(); !field.empty(); field = next_line()) {
        const auto colon = field.find(':');
        if (colon == field.npos) throw std::runtime_error("malformed header field");
        request.headers.emplace_back(std::string(field.substr(0, colon)), std::string(trim(field.substr(colon + 1))));
    }
    return request;
}

std::string render_head(const ScriptedAnswer& answer, bool head_request) {
    std::string text = "HTTP/1.1 " + std::to_string(answer.status) + " Scripted\r\n";
    for (const auto& [name, value] : answer.headers) text += name + ": " + value + "\r\n";
    const bool bodyless = head_request || answer.status == 204 || answer.status == 304;
    if (answer.chunked && !bodyless)
        text += "Transfer-Encoding: chunked\r\n";
    else if (answer.content_length && !bodyless)
        text += "Content-Length: " + std::to_string(answer.body.size()) + "\r\n";
    if (answer.close) text += "Connection: close\r\n";
    return text + "\r\n";
}

std::string render_chunks(std::string_view body) {
    std::string text;
    for (std::size_t size = 1; !body.empty(); size = size * 3 + 1) {
        const std::string_view piece = body.substr(0, size);
        char digits[16];
        const auto [end, error] = std::to_chars(digits, digits + sizeof digits, piece.size(), 16);
        text.append(digits, end).append("\r\n").append(piece).append("\r\n");
        body.remove_prefix(piece.size());
    }
    return text + "0\r\n\r\n";
}

/// One connection, with the bytes that were read but not used yet.
class Connection {
public:
    explicit Connection(tcp::socket socket) : socket_(std::move(socket)) {}

    asio::awaitable<ReceivedRequest> read() {
        const std::size_t head_size =
            co_await asio::async_read_until(socket_, asio::dynamic_buffer(buffer_), "\r\n\r\n", asio::use_awaitable);
        ReceivedRequest request = parse_head(std::string_view(buffer_).substr(0, head_size));
        buffer_.erase(0, head_size);
        if (const auto encoding = request.header("Transfer-Encoding"); encoding && same_name(*encoding, "chunked")) {
            co_await read_chunks(request.body);
        } else if (const auto length = request.header("Content-Length")) {
            const std::size_t size = parse_size(*length, 10);
            co_await fill(size);
            request.body = take(size);
        }
        co_return request;
    }

    /// Whether the connection can be used for another request.
    asio::awaitable<bool> write(ScriptedAnswer answer, bool head_request) {
        if (answer.drop) co_return false;
        std::string text = render_head(answer, head_request);
        if (head_request) answer.body.clear();
        if (answer.stall_after)
            text += answer.body.substr(0, *answer.stall_after);
        else if (answer.chunked)
            text += render_chunks(answer.body);
        else
            text += answer.body;
        co_await asio::async_write(socket_, asio::buffer(text), asio::use_awaitable);
        if (answer.stall_after) {
            asio::steady_timer timer(socket_.get_executor(), answer.stall);
            co_await timer.async_wait(asio::use_awaitable);
            co_return false;
        }
        co_return !answer.close;
    }

    void close() {
        boost::system::error_code ignored;
        socket_.close(ignored);
    }

private:
    asio::awaitable<void> fill(std::size_t size) {
        if (buffer_.size() >= size) co_return;
        const std::size_t missing = size - buffer_.size();
        co_await asio::async_read(socket_, asio::dynamic_buffer(buffer_), asio::transfer_exactly(missing),
                                  asio::use_awaitable);
    }

    std::string take(std::size_t size) {
        std::string text = buffer_.substr(0, size);
        buffer_.erase(0, size);
        return text;
    }

    asio::awaitable<void> read_chunks(std::string& body) {
        while (true) {
            const std::size_t line =
                co_await asio::async_read_until(socket_, asio::dynamic_buffer(buffer_), "\r\n", asio::use_awaitable);
            const std::size_t size = parse_size(take(line), 16);
            co_await fill(size + 2);
            body += take(size);
            if (take(2) != "\r\n") throw std::runtime_error("malformed chunk");
            if (size == 0) co_return;
        }
    }

    tcp::socket socket_;
    std::string buffer_;
};

}  // namespace

std::optional<std::string_view> ReceivedRequest::header(std::string_view name) const {
    for (const auto& [field, value] : headers) {
        if (same_name(field, name)) return value;
    }
    return std::nullopt;
}

std::string_view ReceivedRequest::path() const { return std::string_view(target).substr(0, target.find('?')); }

std::string_view ReceivedRequest::query() const {
    const auto mark = target.find('?');
    return mark == target.npos ? std::string_view() : std::string_view(target).substr(mark + 1);
}

struct ScriptedServer::State {
    State(asio::any_io_executor executor, Handler handler)
        : handler(std::move(handler)), acceptor(executor, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {}

    Handler handler;
    tcp::acceptor acceptor;
    std::set<std::shared_ptr<Connection>> connections;

    static asio::awaitable<void> serve(std::shared_ptr<State> self, std::shared_ptr<Connection> connection) {
        try {
            bool open = true;
            while (open) {
                const ReceivedRequest request = co_await connection->read();
                ScriptedAnswer answer = self->handler(request);
                open = co_await connection->write(std::move(answer), request.method == "HEAD");
            }
        } catch (const std::exception&) {
            // The peer went away, or wrote what is no HTTP: it sees the connection closed.
        }
        connection->close();
        self->connections.erase(connection);
    }

    static asio::awaitable<void> accept(std::shared_ptr<State> self) {
        while (self->acceptor.is_open()) {
            tcp::socket socket = co_await self->acceptor.async_accept(asio::use_awaitable);
            socket.set_option(tcp::no_delay(true));
            const auto connection = std::make_shared<Connection>(std::move(socket));
            self->connections.insert(connection);
            asio::co_spawn(self->acceptor.get_executor(), serve(self, connection), asio::detached);
        }
    }
};

ScriptedServer::ScriptedServer(asio::any_io_executor executor, Handler handler)
    : state_(std::make_shared<State>(executor, std::move(handler))) {
    // Ends with an error when the acceptor is closed.
    asio::co_spawn(executor, State::accept(state_), [](std::exception_ptr) {});
}

ScriptedServer::~ScriptedServer() {
    boost::system::error_code ignored;
    state_->acceptor.close(ignored);
    state_->handler = nullptr;  // a request that was just read is answered by closing its connection
    close_connections();
}

std::uint16_t ScriptedServer::port() const noexcept { return state_->acceptor.local_endpoint().port(); }

std::string ScriptedServer::url() const { return "http://127.0.0.1:" + std::to_string(port()); }

void ScriptedServer::close_connections() {
    for (const auto& connection : state_->connections) connection->close();
}

}  // namespace hf::test
