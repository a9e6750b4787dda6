#pragma once

#include <hf/net/transport.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace hf::net {

/// How peers of https origins are authenticated. Nothing is read from the environment here.
class TlsConfig {
public:
    TlsConfig() {}

    bool verify = true;  ///< false accepts every certificate: an explicit opt-out, for experiments only
    /// Trust anchors; all that are given are used together. With none, OpenSSL's built-in places.
    std::string ca_file;  ///< PEM bundle
    std::string ca_dir;   ///< folder prepared with c_rehash
    std::string ca_pem;   ///< PEM text
    /// Client certificate (PEM chain) and its key. The key may also be in `certificate_file`.
    std::string certificate_file;
    std::string key_file;
};

/// Proxies in the form of the usual environment variables.
class ProxyConfig {
public:
    ProxyConfig() {}

    std::string http;   ///< for http origins: "http://[user:password@]host:port", empty for none
    std::string https;  ///< for https origins, reached with CONNECT
    /// Hosts that are reached without, separated by commas or spaces: "*", a host name, a domain suffix
    /// (".example.com", "example.com" and "*.example.com" mean the same: it and everything below), an IP address, a
    /// CIDR block, each but "*" and CIDR with an optional ":port". Case does not matter.
    std::string no_proxy;
};

class TransportConfig {
public:
    TransportConfig() {}

    /// Enough for the 8 to 64 streams that a CDN rewards; more than that is throttled by the Hub's.
    std::size_t max_connections_per_origin = 64;
    std::size_t max_idle = 128;  ///< kept-alive connections of all origins together
    /// Shorter than the 60 s after which common load balancers drop idle connections.
    std::chrono::milliseconds idle_timeout{50'000};
    /// Largest head of an answer. The Hub's own stay below 8 KiB, signed redirects included.
    std::size_t max_header_bytes = 64 * 1024;
    /// RFC 8305 section 8: "Connection Attempt Delay", recommended 250 ms.
    std::chrono::milliseconds connection_attempt_delay{250};
    /// Bytes per second of all connections together, without TLS; zero: as fast as it goes. Waiting for one's turn
    /// counts towards no limit but Timeouts::total.
    std::uint64_t max_receive_rate = 0;
    std::uint64_t max_send_rate = 0;
    std::chrono::milliseconds dns_ttl{60'000};  ///< how long resolved addresses are used; zero asks each time
    /// Addresses of hosts that are not to be looked up, like curl's --resolve: {"hub.test", {"127.0.0.1"}}.
    std::vector<std::pair<std::string, std::vector<std::string>>> hosts;
    TlsConfig tls;
    ProxyConfig proxy;
};

/// The transport over TCP and TLS. Sockets belong to the context of `executor`; `send` may be awaited
/// on any executor, several threads at once. Destroying the last owner closes everything: exchanges in
/// flight fail with operation_aborted. It owns no thread, must be destroyed before the context, and
/// leaves no work behind that keeps `run()` from returning once its exchanges have ended. Idle
/// connections therefore are closed by the next exchange after `idle_timeout`, not by a timer.
/// Throws HFValidationError for a configuration that cannot work (unreadable CA, malformed proxy).
std::shared_ptr<Transport> make_transport(boost::asio::any_io_executor executor,
                                          TransportConfig config = TransportConfig());

}  // namespace hf::net
