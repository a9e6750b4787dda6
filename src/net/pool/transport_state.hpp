#pragma once

#include "net/dial/proxy.hpp"
#include "net/dial/resolver.hpp"
#include "net/dial/tls.hpp"
#include "net/pool/connection.hpp"
#include "net/pool/exchange.hpp"
#include "net/pool/pacer.hpp"
#include "net/pool/pool_state.hpp"

#include <hf/net/http_transport.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

namespace hf::net {

/// A place in the queue of a pool. Guarded by the transport's mutex.
struct PoolWaiter {
    Event event;
    bool served = false;
    std::unique_ptr<Connection> connection;  ///< with `served`: null where one must be opened
};

/// What the exchanges of one transport share: the pool, the watchdog, names, TLS. Thread-safe.
/// Lives as long as the transport or any of its exchanges.
class TransportState : public std::enable_shared_from_this<TransportState> {
public:
    TransportState(boost::asio::any_io_executor executor, TransportConfig config);

    /// Registers an exchange with the watchdog. Throws operation_aborted after `close`.
    std::shared_ptr<Exchange> begin(Method method, Url url, const Timeouts& timeouts);
    void end(Exchange& exchange) noexcept;

    using Grant = PoolState<Origin, std::unique_ptr<Connection>, std::shared_ptr<PoolWaiter>>::Grant;
    /// With Grant::wait `waiter` was set and queued.
    Grant acquire(const Origin& origin, bool fresh, std::unique_ptr<Connection>& connection,
                  std::shared_ptr<PoolWaiter>& waiter);
    /// Ends a wait: true if a slot was granted.
    bool leave_queue(const Origin& origin, PoolWaiter& waiter, std::unique_ptr<Connection>& connection);
    void release(const Origin& origin, std::unique_ptr<Connection> connection) noexcept;
    void discard(const Origin& origin) noexcept;  ///< the connection is closed already

    void close() noexcept;
    TransportStats stats() const;

    const boost::asio::any_io_executor& executor() const noexcept { return executor_; }
    const TransportConfig& config() const noexcept { return config_; }
    const TlsContext& tls();  ///< loads the trust anchors when first used
    Resolver& resolver() noexcept { return *resolver_; }

    struct Counters {
        std::atomic<std::uint64_t> requests{0}, opened{0}, reused{0}, tls_resumed{0}, resent{0}, timed_out{0}, sent{0},
            received{0};
    } counters;
    Pacer sending, receiving;

private:
    struct OriginHash {
        std::size_t operator()(const Origin& origin) const noexcept {
            const std::hash<std::string_view> hash;
            return hash(origin.host) * 31 + origin.port * 2u + (origin.scheme == "https");
        }
    };
    using Pool = PoolState<Origin, std::unique_ptr<Connection>, std::shared_ptr<PoolWaiter>, OriginHash>;

    void start_watchdog();
    void on_tick(std::uint64_t generation, boost::system::error_code error);

    const boost::asio::any_io_executor executor_;
    const TransportConfig config_;
    const std::shared_ptr<Resolver> resolver_;

    mutable std::mutex mutex_;
    Pool pool_;
    std::vector<Exchange*> active_;
    boost::asio::steady_timer watchdog_;
    std::uint64_t watchdog_generation_ = 0;
    bool watchdog_runs_ = false;
    bool closed_ = false;

    std::mutex tls_mutex_;
    std::unique_ptr<TlsContext> tls_;
};

/// The hold of one exchange on its place in the transport and on a slot of the pool. Whatever was not given
/// back in order is closed by the destructor.
class Lease {
public:
    Lease(std::shared_ptr<TransportState> state, std::shared_ptr<Exchange> exchange)
        : state_(std::move(state)), exchange_(std::move(exchange)) {}
    Lease(Lease&& other) noexcept;
    Lease& operator=(Lease&&) = delete;
    ~Lease();

    /// Takes a slot, and a kept-alive connection where there is one and `fresh` is false.
    boost::asio::awaitable<void> acquire(bool fresh);
    void adopt(std::unique_ptr<Connection> connection);  ///< the one opened for the slot
    void drop_connection() noexcept;                     ///< closes it, keeps the slot
    void give_up_slot() noexcept;                        ///< closes it, gives the slot back
    void finish(bool reusable) noexcept;                 ///< the exchange has ended

    /// Waits for the turn of `bytes`, which are booked then. Deadlines of the peer do not run meanwhile.
    boost::asio::awaitable<void> pace(Pacer& pacer, std::size_t bytes);

    Connection* connection() const noexcept { return connection_.get(); }
    Exchange& exchange() const noexcept { return *exchange_; }
    const std::shared_ptr<Exchange>& shared_exchange() const noexcept { return exchange_; }
    TransportState& state() const noexcept { return *state_; }

private:
    boost::asio::awaitable<void> wait_for_slot(std::shared_ptr<PoolWaiter> waiter);

    std::shared_ptr<TransportState> state_;
    std::shared_ptr<Exchange> exchange_;
    bool slot_ = false;
    std::unique_ptr<Connection> connection_;
};

}  // namespace hf::net
