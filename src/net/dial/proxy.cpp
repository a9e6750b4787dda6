#include "net/dial/proxy.hpp"

#include "core/text.hpp"

#include <hf/core/error.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

namespace hf::net {
namespace {

namespace ip = boost::asio::ip;

bool in_network(std::string_view block, const ip::address& address) {
    boost::system::error_code failure;
    if (address.is_v4()) {
        const auto network = ip::make_network_v4(std::string(block), failure).canonical();
        if (failure) return false;
        const auto value = address.to_v4().to_uint() & network.netmask().to_uint();
        return value == network.network().to_uint();
    }
    const auto network = ip::make_network_v6(std::string(block), failure);
    if (failure) return false;
    return ip::network_v6(address.to_v6(), network.prefix_length()).canonical() == network.canonical();
}

/// One entry of a no_proxy list, split at its port. IPv6 addresses may stand in brackets or bare.
struct Entry {
    std::string host;
    std::optional<std::uint16_t> port;
};

Entry split_port(std::string_view text) {
    Entry entry;
    const auto bracket = text.starts_with('[') ? text.find(']') : text.npos;
    const auto colon = bracket == text.npos ? text.find(':') : text.find(':', bracket);
    const bool bare_v6 = bracket == text.npos && colon != text.npos && text.find(':', colon + 1) != text.npos;
    if (colon != text.npos && !bare_v6) {
        if (const auto port = to_number<std::uint16_t>(text.substr(colon + 1))) {
            entry.port = *port;
            text = text.substr(0, colon);
        }
    }
    if (text.size() > 1 && text.front() == '[' && text.back() == ']') text = text.substr(1, text.size() - 2);
    entry.host = to_lower(text);
    return entry;
}

bool matches(std::string_view text, std::string_view host, const std::optional<ip::address>& address,
             std::uint16_t port) {
    if (text == "*") return true;
    if (text.find('/') != text.npos) return address && in_network(text, *address);
    Entry entry = split_port(text);
    if (entry.port && *entry.port != port) return false;
    boost::system::error_code failure;
    const auto entry_address = ip::make_address(entry.host, failure);
    if (!failure) return address && *address == entry_address;
    if (address) return false;
    std::string_view suffix = entry.host;
    if (suffix.starts_with("*.")) suffix.remove_prefix(2);
    if (suffix.starts_with('.')) suffix.remove_prefix(1);
    if (suffix.empty()) return false;
    return host == suffix ||
           (host.size() > suffix.size() && host.ends_with(suffix) && host[host.size() - suffix.size() - 1] == '.');
}

}  // namespace

Proxy Proxy::parse(std::string_view text, std::string_view name) {
    Proxy proxy;
    std::string_view rest = text;
    const auto scheme = rest.find("://");
    if (scheme != rest.npos) {
        if (to_lower(rest.substr(0, scheme)) != "http")
            throw_validation(name, "only proxies of the form http://host:port are supported, not " +
                                       std::string(rest.substr(0, scheme)) + "://");
        rest.remove_prefix(scheme + 3);
    }
    rest = rest.substr(0, rest.find_first_of("/?#"));
    // The text may hold a password, so that no message repeats it.
    if (const auto at = rest.rfind('@'); at != rest.npos) {
        proxy.authorization = basic_credentials(rest.substr(0, at));
        rest.remove_prefix(at + 1);
    }
    try {
        const Url url = Url::parse("http://" + std::string(rest));
        proxy.host = url.origin().host;
        proxy.port = url.origin().port;
    } catch (const HFValidationError&) {
        throw_validation(name, "the proxy is not of the form http://[user:password@]host:port");
    }
    return proxy;
}

bool bypasses_proxy(std::string_view no_proxy, std::string_view host, std::uint16_t port) {
    if (host.size() > 1 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
    const std::string name = to_lower(host.ends_with('.') ? host.substr(0, host.size() - 1) : host);
    boost::system::error_code failure;
    std::optional<ip::address> address = ip::make_address(name, failure);
    if (failure) address.reset();
    while (!no_proxy.empty()) {
        const auto end = no_proxy.find_first_of(", \t");
        const auto entry = no_proxy.substr(0, end);
        if (!entry.empty() && matches(entry, name, address, port)) return true;
        no_proxy = end == no_proxy.npos ? std::string_view() : no_proxy.substr(end + 1);
    }
    return false;
}

std::optional<Proxy> select_proxy(const ProxyConfig& config, const Origin& origin) {
    const bool secure = origin.scheme == "https";
    const std::string& text = secure ? config.https : config.http;
    if (text.empty() || bypasses_proxy(config.no_proxy, origin.host, origin.port)) return std::nullopt;
    return Proxy::parse(text, secure ? "proxy.https" : "proxy.http");
}

}  // namespace hf::net
