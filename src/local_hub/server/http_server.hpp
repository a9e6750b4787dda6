#pragma once

#include "local_hub/routes/routes.hpp"
#include "local_hub/rules/hub.hpp"
#include "local_hub/rules/quotas.hpp"
#include "local_hub/rules/scenario_state.hpp"
#include "local_hub/server/counters.hpp"

#include <hf/local_hub.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace hf::local_hub {

/// What all connections share, and keep alive until the last of them is gone.
class ServerContext {
public:
    explicit ServerContext(LocalHubConfig config) : hub(std::move(config)), quotas(hub.config) {}

    Hub hub;
    const Router router = all_routes();
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
