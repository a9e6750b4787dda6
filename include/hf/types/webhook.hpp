#pragma once

#include <hf/types/job.hpp>

#include <boost/describe/class.hpp>

#include <vector>

namespace hf {

/// What a webhook watches.
struct WebhookWatchedItem {
    std::string type;  ///< "user", "org", "model", "dataset", "space" or "bucket"
    std::string name;  ///< "acme", "acme/model"
};
BOOST_DESCRIBE_STRUCT(WebhookWatchedItem, (), (type, name))

/// Calls an address or starts a job when something changes.
struct WebhookInfo {
    std::string id;
    std::optional<std::string> url;  ///< this or `job`
    std::optional<JobSpec> job;
    std::vector<WebhookWatchedItem> watched;
    std::vector<std::string> domains;   ///< "repo", "discussion"
    std::optional<std::string> secret;  ///< sent in X-Webhook-Secret
    bool disabled = false;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(WebhookInfo, (), (id, url, job, watched, domains, secret, disabled))

}  // namespace hf
