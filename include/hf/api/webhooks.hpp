#pragma once

#include <hf/api/users.hpp>
#include <hf/core/string_list.hpp>
#include <hf/types/webhook.hpp>

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace hf {

struct CreateWebhookOptions {
    TextArg url{};                          ///< to call; this or `job_id`: HFValidationError (argument "url") else
    TextArg job_id{};                       ///< of a job that is started as it was
    StringList domains{};                   ///< "repo", "discussion"; by default both
    TextArg secret{};                       ///< sent along in X-Webhook-Secret
    const json::object* secrets = nullptr;  ///< of the job, values by name; HFValidationError without one
    TokenArg token{};
};

/// What is not given is not sent.
struct UpdateWebhookOptions {
    TextArg url{};  ///< at most one of this and `job_id`
    TextArg job_id{};
    std::span<const WebhookWatchedItem> watched{};  ///< always sent: an empty list watches nothing
    StringList domains{};
    TextArg secret{};
    const json::object* secrets = nullptr;
    TokenArg token{};
};

/// Calls of the Hub to others, or jobs that it starts, when something changes.
///
/// Calls about one webhook throw HfHubHTTPError (404) where the token's account has none of this id.
class WebhooksApi {
public:
    explicit WebhooksApi(Session session) : session_(std::move(session)) {}

    /// Those of the token's account.
    boost::asio::awaitable<std::vector<WebhookInfo>> list_webhooks(TokenOptions options = {}) const;

    boost::asio::awaitable<WebhookInfo> get_webhook(std::string_view webhook_id, TokenOptions options = {}) const;

    boost::asio::awaitable<WebhookInfo> create_webhook(std::span<const WebhookWatchedItem> watched,
                                                       CreateWebhookOptions options) const;

    /// Today's Hub wants `watched` and `domains` each time.
    boost::asio::awaitable<WebhookInfo> update_webhook(std::string_view webhook_id, UpdateWebhookOptions options) const;

    boost::asio::awaitable<WebhookInfo> enable_webhook(std::string_view webhook_id, TokenOptions options = {}) const;
    /// Keeps it, but it no longer does anything.
    boost::asio::awaitable<WebhookInfo> disable_webhook(std::string_view webhook_id, TokenOptions options = {}) const;
    boost::asio::awaitable<void> delete_webhook(std::string_view webhook_id, TokenOptions options = {}) const;

private:
    Session session_;
};

}  // namespace hf
