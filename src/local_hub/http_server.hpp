#pragma once

#include "handling.hpp"
#include "quotas.hpp"
#include "scenario_state.hpp"

#include <hf/local_hub.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace hf::local_hub {

/// Requests answered so far. Thread-safe.
class Counters {
public:
    void connection_opened();
    void connection_closed();
    void answered(const LocalHubRequest& request);
    void storage_authorized();
    LocalHubCounters get() const;
    void reset();

private:
    mutable std::mutex mutex_;
    LocalHubCounters counters_;
};

/// What all connections share, and keep alive until the last of them is gone.
class ServerContext {
public:
    explicit ServerContext(LocalHubConfig config) : hub(std::move(config)), quotas(hub.config) {}

    Hub hub;
    Quotas quotas;
    ScenarioState scenario;
    Counters counters;
};

/// The sockets of a hub: two listeners, a coroutine per connection, worker threads for the handlers.
class HttpServer {
public:
    /// Binds both ports; throws ConnectionError if one is taken, HFValidationError for a bad certificate.
    HttpServer(boost::asio::any_io_executor executor, std::shared_ptr<ServerContext> context);
    ~HttpServer();

    void run();   ///< starts accepting
    void stop();  ///< closes all sockets, waits for the workers
    std::uint16_t port() const;
    std::uint16_t lfs_port() const;

private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace hf::local_hub
