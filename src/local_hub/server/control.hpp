#pragma once

#include "local_hub/server/http_server.hpp"

namespace hf::local_hub {

/// The endpoint by which tests in other processes steer the hub. It answers only requests that carry the control token
/// as bearer, and none that a web page sends. Its own requests are not counted, and neither delayed nor hit by faults:
///
///     GET    /_local_hub/counters    LocalHubCounters as JSON
///     DELETE /_local_hub/counters    starts counting anew
///     PUT    /_local_hub/scenario    {"latency_ms", "connection_bytes_per_second", "total_bytes_per_second",
///                                     "collapse_above", "collapsed_bytes_per_second", "cap_lfs_only",
///                                     "api_quota" | "resolver_quota" | "page_quota": {"requests", "window_s"},
///                                     "faults": [{"kind", "route", "method", "path_contains", "skip", "times",
///                                                 "at_byte", "status", "body", "delay_ms", "fields": {}}]}
///     POST   /_local_hub/users       {"name", "token", "role", "organizations": [{"name", "role"}]}
Response control(ServerContext& context, const Request& request);

inline bool is_control(const ServerContext& context, const Request& request) {
    return context.hub.config.control_endpoint && request.path.starts_with("/_local_hub/");
}

}  // namespace hf::local_hub
