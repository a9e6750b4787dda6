#include "local_hub/server/counters.hpp"

namespace hf::local_hub {

void Counters::connection_opened() {
    const std::lock_guard lock(mutex_);
    ++counters_.connections_accepted;
    ++counters_.connections_open;
}

void Counters::connection_closed() {
    const std::lock_guard lock(mutex_);
    --counters_.connections_open;
}

void Counters::answered(const LocalHubRequest& request) {
    const std::lock_guard lock(mutex_);
    ++counters_.total;
    ++counters_.requests[std::string(request.route)];
    ++counters_.statuses[request.status];
    counters_.bytes_received += request.bytes_received;
    counters_.bytes_sent += request.bytes_sent;
}

void Counters::storage_authorized() {
    const std::lock_guard lock(mutex_);
    ++counters_.storage_authorizations;
}

LocalHubCounters Counters::get() const {
    const std::lock_guard lock(mutex_);
    return counters_;
}

void Counters::reset() {
    const std::lock_guard lock(mutex_);
    const auto open = counters_.connections_open;
    counters_ = LocalHubCounters();
    counters_.connections_open = open;
}

}  // namespace hf::local_hub
