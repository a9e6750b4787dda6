#include "net/dial/resolver.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <algorithm>

namespace hf::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

struct Resolver::Lookup {
    explicit Lookup(const asio::any_io_executor& executor) : resolver(executor) {}

    tcp::resolver resolver;
    // Guarded by the resolver's mutex:
    std::vector<Event> waiters;
    bool done = false;
    error_code error;
    Addresses addresses;
};

Resolver::Resolver(asio::any_io_executor executor, const TransportConfig& config)
    : executor_(std::move(executor)), cache_(config.dns_ttl) {
    for (const auto& [host, addresses] : config.hosts) {
        for (const auto& text : addresses) {
            error_code error;
            const auto address = asio::ip::make_address(text, error);
            if (error) throw_validation("hosts", "'" + text + "' is not an IP address");
            fixed_[host].push_back(address);
        }
    }
}

std::shared_ptr<Resolver::Lookup> Resolver::join(const std::string& host, Event event) {
    std::shared_ptr<Lookup>& lookup = running_[host];
    if (lookup) {
        lookup->waiters.push_back(std::move(event));
        return lookup;
    }
    lookup = std::make_shared<Lookup>(executor_);
    lookup->waiters.push_back(std::move(event));
    lookup->resolver.async_resolve(
        host, "",
        [self = shared_from_this(), lookup, host](error_code error, const tcp::resolver::results_type& results) {
            std::vector<Event> waiters;
            {
                const std::scoped_lock lock(self->mutex_);
                lookup->error = error;
                for (const auto& entry : results) {
                    const auto address = entry.endpoint().address();
                    if (std::ranges::find(lookup->addresses, address) == lookup->addresses.end())
                        lookup->addresses.push_back(address);
                }
                lookup->done = true;
                if (!lookup->addresses.empty())
                    self->cache_.store(host, lookup->addresses, std::chrono::steady_clock::now());
                waiters.swap(lookup->waiters);
                self->running_.erase(host);
            }
            for (Event& waiter : waiters) waiter.set();
        });
    return lookup;
}

asio::awaitable<Addresses> Resolver::resolve(std::string host, std::shared_ptr<Exchange> exchange) {
    error_code not_an_address;
    const auto literal = asio::ip::make_address(host, not_an_address);
    if (!not_an_address) co_return Addresses(1, literal);
    Event event;
    std::shared_ptr<Lookup> lookup;
    {
        const std::scoped_lock lock(mutex_);
        if (const auto fixed = fixed_.find(host); fixed != fixed_.end())
            co_return connection_order(fixed->second, fixed_rotation_++, std::nullopt);
        Addresses known = cache_.find(host, std::chrono::steady_clock::now());
        if (!known.empty()) co_return known;
        lookup = join(host, event);
    }
    exchange->attach(event);
    co_await event.wait();
    exchange->detach();
    exchange->throw_if_fired(true);
    Addresses found;
    error_code error;
    {
        const std::scoped_lock lock(mutex_);
        found = cache_.find(host, std::chrono::steady_clock::now());
        if (found.empty()) found = lookup->addresses;
        error = lookup->error;
    }
    if (found.empty()) exchange->fail("cannot find the address of " + host, error, true);
    co_return found;
}

void Resolver::connected(const std::string& host, const asio::ip::address& winner) {
    const std::scoped_lock lock(mutex_);
    cache_.connected(host, winner);
}

}  // namespace hf::net
