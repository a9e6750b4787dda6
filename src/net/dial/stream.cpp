#include "net/dial/stream.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <sys/socket.h>

#include <cerrno>

namespace hf::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

error_code from_errno() {
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return asio::error::would_block;
    return error_code(errno, boost::system::system_category());
}

}  // namespace

std::size_t Stream::try_read(asio::mutable_buffer buffer, error_code& error) {
    if (tls_) return tls_->read(buffer.data(), buffer.size(), error);
    const auto got = ::recv(descriptor(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got > 0) {
        error = {};
        return static_cast<std::size_t>(got);
    }
    error = got == 0 ? error_code(asio::error::eof) : from_errno();
    return 0;
}

std::size_t Stream::try_write(asio::const_buffer buffer, error_code& error) {
    if (tls_) return tls_->write(buffer.data(), buffer.size(), error);
    const auto sent = ::send(descriptor(), buffer.data(), buffer.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) {
        error = {};
        return static_cast<std::size_t>(sent);
    }
    error = from_errno();
    return 0;
}

asio::awaitable<error_code> Stream::wait_ready(bool reading) {
    const bool write = tls_ ? tls_->wants_write() : !reading;
    error_code error;
    co_await socket_.async_wait(write ? tcp::socket::wait_write : tcp::socket::wait_read,
                                asio::redirect_error(asio::use_awaitable, error));
    co_return error;
}

asio::awaitable<std::size_t> Stream::read_arriving(asio::mutable_buffer buffer, error_code& error) {
    std::size_t got = 0;
    if (tls_)
        error = co_await wait_ready(true);
    else
        got = co_await socket_.async_read_some(buffer, asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted) throw boost::system::system_error(error);
    // Errors of the wait are the read's.
    if (tls_) got = try_read(buffer, error);
    co_return got;
}

void Stream::start_tls(const TlsContext& context, const Origin& origin) { tls_ = context.start(origin, descriptor()); }

bool Stream::is_quiet() {
    if (tls_) return tls_->is_quiet();
    char byte;
    const auto got = ::recv(descriptor(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

}  // namespace hf::net
