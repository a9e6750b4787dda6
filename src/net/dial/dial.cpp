#include "net/dial/dial.hpp"

#include "async/turn.hpp"
#include "net/dial/connect_race.hpp"
#include "net/http1/request_head.hpp"
#include "net/http1/response_head.hpp"

#include <boost/asio/error.hpp>

#include <openssl/x509_vfy.h>

namespace hf::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

namespace {

asio::awaitable<tcp::socket> connect_tcp(Lease& lease, std::string host, std::uint16_t port) {
    Exchange& exchange = lease.exchange();
    TransportState& state = lease.state();
    Addresses addresses = co_await state.resolver().resolve(host, lease.shared_exchange());
    const auto race = std::make_shared<ConnectRace>(state.executor(), std::move(addresses), port,
                                                    state.config().connection_attempt_delay);
    struct Abort {
        ConnectRace& race;
        ~Abort() { race.abort(); }
    };
    const Abort abort{*race};
    Event finished;
    exchange.attach(finished);
    race->start(finished);
    co_await finished.wait();
    exchange.detach();
    std::optional<tcp::socket> winner = race->take_winner();
    if (!winner) exchange.fail("cannot connect to " + host + ":" + std::to_string(port), race->last_error(), true);
    exchange.throw_if_fired(true);
    error_code ignored;
    const auto peer = winner->remote_endpoint(ignored);
    if (!ignored) state.resolver().connected(host, peer.address());
    co_return std::move(*winner);
}

asio::awaitable<void> wait(Lease& lease, bool reading, std::string_view what) {
    const error_code error = co_await lease.connection()->stream.wait_ready(reading);
    if (error == asio::error::operation_aborted) throw boost::system::system_error(error);
    if (error) lease.exchange().fail(what, error, true);
}

asio::awaitable<void> open_tunnel(Lease& lease, std::string request) {
    Exchange& exchange = lease.exchange();
    Connection& connection = *lease.connection();
    std::string_view rest = request;
    error_code error;
    while (!rest.empty()) {
        rest.remove_prefix(connection.stream.try_write(asio::buffer(rest), error));
        if (error == asio::error::would_block)
            co_await wait(lease, false, "cannot reach the proxy");
        else if (error)
            exchange.fail("cannot reach the proxy", error, true);
    }
    ResponseHead head;
    for (unsigned interim = 0;;) {
        // The tunnel has no body of its own: framing as for HEAD.
        const std::size_t size = parse_response_head(connection.in.view(), Method::head,
                                                     lease.state().config().max_header_bytes, head, error);
        if (error) exchange.fail<ProtocolError>("the proxy's answer to CONNECT is malformed", error, true);
        connection.in.consume(size);
        if (size > 0 && head.status >= 200) break;
        if (size > 0) {
            if (head.status == 101 || ++interim > max_interim)
                exchange.fail<ProtocolError>("the proxy answers CONNECT with 1xx heads only", error_code(), true);
            // A flood that is always ready must not keep the thread from the limits and from all others.
            co_await pass_turn();
            exchange.throw_if_fired(true);
            continue;
        }
        const std::size_t got = connection.stream.try_read(connection.in.prepare(), error);
        connection.in.commit(got);
        if (error == asio::error::would_block)
            co_await wait(lease, true, "the proxy closed the connection");
        else if (error)
            exchange.fail("the proxy closed the connection", error, true);
    }
    if (head.status >= 300)
        exchange.fail("the proxy refuses the tunnel with status " + std::to_string(head.status), error_code(), true,
                      head.status);
    // Before TLS starts the origin has nothing to say.
    if (connection.in.size() > 0)
        exchange.fail<ProtocolError>("the proxy sent data before the tunnel", error_code(), true);
}

[[noreturn]] void fail_handshake(Exchange& exchange, const TlsSession& tls, const Origin& origin, error_code error) {
    const error_code refused = tls.verify_error();
    if (refused) {
        std::string_view check = "is not acceptable";
        switch (refused.value()) {
            case X509_V_ERR_CERT_HAS_EXPIRED: check = "has expired"; break;
            case X509_V_ERR_CERT_NOT_YET_VALID: check = "is not valid yet"; break;
            case X509_V_ERR_HOSTNAME_MISMATCH:
            case X509_V_ERR_IP_ADDRESS_MISMATCH: check = "is for another host"; break;
            case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
            case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
            case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
            case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
            case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: check = "comes from an unknown authority"; break;
            default: break;
        }
        exchange.fail<TlsError>("the certificate of " + origin.host_header() + " " + std::string(check), refused, true);
    }
    // A connection that breaks may do so at any time; only what TLS itself objects to is a TLS error.
    if (error == asio::error::eof || error.category() == boost::system::system_category())
        exchange.fail("the connection broke during the TLS handshake", error, true);
    exchange.fail<TlsError>("the TLS handshake with " + origin.host_header() + " failed", error, true);
}

asio::awaitable<void> shake_hands(Lease& lease) {
    Exchange& exchange = lease.exchange();
    const Origin& origin = exchange.url.origin();
    Stream& stream = lease.connection()->stream;
    stream.start_tls(lease.state().tls(), origin);
    error_code error;
    while (!stream.try_handshake(error)) {
        if (error != asio::error::would_block) fail_handshake(exchange, *stream.tls(), origin, error);
        co_await wait(lease, true, "the connection broke during the TLS handshake");
    }
    if (stream.tls()->resumed()) lease.state().counters.tls_resumed.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

asio::awaitable<void> dial(Lease& lease) {
    Exchange& exchange = lease.exchange();
    const Origin& origin = exchange.url.origin();
    const auto proxy = select_proxy(lease.state().config().proxy, origin);
    exchange.wait_begins(Limit::connect, Clock::now());
    std::string host = proxy ? proxy->host : origin.host;
    const std::uint16_t port = proxy ? proxy->port : origin.port;
    auto socket = co_await connect_tcp(lease, std::move(host), port);
    lease.adopt(std::make_unique<Connection>(std::move(socket)));
    if (origin.scheme == "https") {
        if (proxy) co_await open_tunnel(lease, connect_head(origin, proxy->authorization));
        co_await shake_hands(lease);
    }
    exchange.wait_ends(Clock::now());
    lease.state().counters.opened.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace hf::net
