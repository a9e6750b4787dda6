#pragma once

#include <hf/net/quota_stats.hpp>
#include <hf/net/transport.hpp>
#include <hf/session/request.hpp>

#include <string_view>
#include <vector>

namespace hf {

/// "api", "resolvers", "pages" or "none": the Hub's names.
std::string_view to_string(Bucket bucket) noexcept;

/// How one identity stands with one of the Hub's quotas.
class QuotaUse {
public:
    QuotaUse() = default;
    QuotaUse(Bucket bucket_, bool anonymous_, net::QuotaStats stats_)
        : bucket(bucket_), anonymous(anonymous_), stats(stats_) {}

    Bucket bucket = Bucket::api;
    bool anonymous = false;  ///< without a token
    net::QuotaStats stats;
};

/// What a Session did until now, to be exported or shown.
class SessionStats {
public:
    net::TransportStats transport;
    std::vector<QuotaUse> quotas;  ///< one per token and bucket that was used
};

}  // namespace hf
