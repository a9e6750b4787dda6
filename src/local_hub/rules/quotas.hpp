#pragma once

#include "local_hub/http/message.hpp"

#include <hf/local_hub.hpp>

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace hf::local_hub {

/// The quotas that the Hub counts apart.
enum class Bucket { api, resolvers, pages, none };

/// Counts requests in fixed windows, per bucket and identity. Thread-safe.
class Quotas {
public:
    explicit Quotas(const LocalHubConfig& config) : config_(config) {}

    /// False: the quota is used up. Appends RateLimit and RateLimit-Policy, which come with every answer
    /// (draft-ietf-httpapi-ratelimit-headers-09).
    bool take(Bucket bucket, const std::string& identity, std::vector<Field>& fields);
    void set_scenario(const Scenario& scenario);

private:
    using Clock = std::chrono::steady_clock;
    struct Window {
        Clock::time_point end{};
        std::uint64_t used = 0;
    };
    Quota quota(Bucket bucket) const;

    const LocalHubConfig& config_;
    std::mutex mutex_;
    std::optional<Quota> api_, resolver_, page_;
    std::map<std::pair<Bucket, std::string>, Window> windows_;
};

}  // namespace hf::local_hub
