#pragma once

#include <hf/core/url.hpp>
#include <hf/net/http_transport.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hf::net {

/// One HTTP proxy.
class Proxy {
public:
    Proxy() {}

    std::string host;
    std::uint16_t port = 80;
    std::string authorization;  ///< value of Proxy-Authorization, empty without user info

    /// "http://user:password@host:port" or "host:port"; user and password are percent-decoded. Throws
    /// HFValidationError (argument `name`) for anything else: proxies that speak TLS or SOCKS are not
    /// supported.
    static Proxy parse(std::string_view text, std::string_view name);
};

/// Whether the list ProxyConfig::no_proxy exempts a host.
bool bypasses_proxy(std::string_view no_proxy, std::string_view host, std::uint16_t port);

/// The proxy through which `origin` is reached, nullopt for none.
std::optional<Proxy> select_proxy(const ProxyConfig& config, const Origin& origin);

}  // namespace hf::net
