#pragma once

#include "net/dial/tls.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <memory>

namespace hf::net {

/// A connected TCP socket, plain or with TLS on it. Reads and writes are attempts that return at once with
/// `would_block` where they cannot go on; `wait_ready` then waits for the right direction. So the bytes go
/// straight into the caller's buffer, and no operation is started where none is needed.
/// Owned by one coroutine at a time.
class Stream {
public:
    explicit Stream(boost::asio::ip::tcp::socket socket) : socket_(std::move(socket)) {}

    std::size_t try_read(boost::asio::mutable_buffer buffer, boost::system::error_code& error);
    std::size_t try_write(boost::asio::const_buffer buffer, boost::system::error_code& error);
    bool try_handshake(boost::system::error_code& error) { return tls_->handshake(error); }

    /// Waits for what the attempt that would block needs: `reading` says which attempt it was.
    boost::asio::awaitable<boost::system::error_code> wait_ready(bool reading);
    /// `wait_ready(true)` and `try_read` in one, where nothing is expected to be there yet: a plain socket's wait is
    /// armed anew by a system call each time, its read is not. Throws system_error(operation_aborted) on cancellation.
    boost::asio::awaitable<std::size_t> read_arriving(boost::asio::mutable_buffer buffer,
                                                      boost::system::error_code& error);

    void start_tls(const TlsContext& context, const Origin& origin);
    const TlsSession* tls() const noexcept { return tls_.get(); }

    /// Whether a resting connection still can be used: the peer has neither closed it nor said anything.
    bool is_quiet();
    /// Whether the end of the stream was meant by the peer, so far as can be told.
    bool ended_cleanly() const noexcept { return !tls_ || tls_->ended_cleanly(); }

    boost::asio::ip::tcp::socket& socket() noexcept { return socket_; }
    int descriptor() { return socket_.native_handle(); }

private:
    boost::asio::ip::tcp::socket socket_;
    std::unique_ptr<TlsSession> tls_;
};

}  // namespace hf::net
