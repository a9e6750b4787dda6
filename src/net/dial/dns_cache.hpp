#pragma once

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace hf::net {

using Addresses = std::vector<boost::asio::ip::address>;

/// RFC 8305 section 4: families alternate, starting with that of the first address or with the family that
/// is known to work; within a family the order is rotated, so that connections spread over all addresses.
Addresses connection_order(const Addresses& resolved, std::size_t rotation, std::optional<bool> prefer_v6);

/// Addresses by host, for a while. Pure and not thread-safe.
class DnsCache {
public:
    using Time = std::chrono::steady_clock::time_point;

    explicit DnsCache(std::chrono::steady_clock::duration ttl) : ttl_(ttl) {}

    /// In the order in which to try them; empty if nothing (or nothing fresh) is known.
    Addresses find(const std::string& host, Time now);
    void store(const std::string& host, Addresses addresses, Time now);
    /// A connection to `winner` was made: its family goes first until the entry ends.
    void connected(const std::string& host, const boost::asio::ip::address& winner);

private:
    struct Entry {
        Addresses addresses;
        Time until{};
        std::size_t rotation = 0;
        std::optional<bool> prefer_v6;
    };

    std::chrono::steady_clock::duration ttl_;
    std::unordered_map<std::string, Entry> entries_;
};

}  // namespace hf::net
