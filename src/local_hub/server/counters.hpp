#pragma once

#include <hf/local_hub.hpp>

#include <mutex>

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

}  // namespace hf::local_hub
