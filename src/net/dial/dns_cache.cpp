#include "net/dial/dns_cache.hpp"

#include <algorithm>

namespace hf::net {

Addresses connection_order(const Addresses& resolved, std::size_t rotation, std::optional<bool> prefer_v6) {
    Addresses out;
    if (resolved.empty()) return out;
    const bool v6_first = prefer_v6.value_or(resolved.front().is_v6());
    Addresses first, second;
    for (const auto& address : resolved) (address.is_v6() == v6_first ? first : second).push_back(address);
    for (Addresses* family : {&first, &second})
        if (!family->empty())
            std::rotate(family->begin(), family->begin() + static_cast<std::ptrdiff_t>(rotation % family->size()),
                        family->end());
    for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
        if (i < first.size()) out.push_back(first[i]);
        if (i < second.size()) out.push_back(second[i]);
    }
    return out;
}

Addresses DnsCache::find(const std::string& host, Time now) {
    const auto found = entries_.find(host);
    if (found == entries_.end()) return {};
    Entry& entry = found->second;
    if (now >= entry.until) return {};
    return connection_order(entry.addresses, entry.rotation++, entry.prefer_v6);
}

void DnsCache::store(const std::string& host, Addresses addresses, Time now) {
    // Hosts come from redirects as well: what is out of date goes, so that the table cannot grow for ever.
    std::erase_if(entries_, [&](const auto& item) { return now >= item.second.until && item.first != host; });
    constexpr std::size_t most = 1024;
    if (entries_.size() >= most) entries_.clear();
    Entry& entry = entries_[host];
    entry.addresses = std::move(addresses);
    entry.until = now + ttl_;
    entry.prefer_v6.reset();
}

void DnsCache::connected(const std::string& host, const boost::asio::ip::address& winner) {
    const auto found = entries_.find(host);
    if (found != entries_.end()) found->second.prefer_v6 = winner.is_v6();
}

}  // namespace hf::net
