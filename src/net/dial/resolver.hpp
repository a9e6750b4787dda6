#pragma once

#include "net/dial/dns_cache.hpp"
#include "net/pool/exchange.hpp"

#include <hf/net/http_transport.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/system/error_code.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace hf::net {

/// Looks hosts up, each once for all who ask at the same time. Thread-safe.
class Resolver : public std::enable_shared_from_this<Resolver> {
public:
    Resolver(boost::asio::any_io_executor executor, const TransportConfig& config);

    /// The addresses of `host` in the order in which to try them. Throws what Exchange::fail throws.
    boost::asio::awaitable<Addresses> resolve(std::string host, std::shared_ptr<Exchange> exchange);
    void connected(const std::string& host, const boost::asio::ip::address& winner);

private:
    struct Lookup;
    std::shared_ptr<Lookup> join(const std::string& host, Event event);

    boost::asio::any_io_executor executor_;
    std::unordered_map<std::string, Addresses> fixed_;
    std::mutex mutex_;
    DnsCache cache_;
    std::size_t fixed_rotation_ = 0;
    std::unordered_map<std::string, std::shared_ptr<Lookup>> running_;
};

}  // namespace hf::net
