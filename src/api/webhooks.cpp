#include "api/shared_calls.hpp"

#include <hf/api/webhooks.hpp>

namespace hf {

static_assert(options_struct<CreateWebhookOptions> && options_struct<UpdateWebhookOptions>);

namespace asio = boost::asio;

namespace {

template <class Options>
json::object webhook_body(std::span<const WebhookWatchedItem> watched, const Options& options) {
    if (options.url && options.job_id) throw_validation("url", "A webhook has a `url` or a `job_id`, not both");
    json::array items;
    for (const auto& item : watched) items.push_back(json::to_value(item));
    json::object body;
    body["watched"] = std::move(items);
    if (options.url) body["url"] = *options.url;
    if (options.job_id) body["jobSourceId"] = *options.job_id;
    if (options.secret) body["secret"] = *options.secret;
    if (options.secrets) body["secrets"] = *options.secrets;
    if (options.domains.given()) body["domains"] = json::to_value(options.domains.to_vector());
    return body;
}

json::object new_webhook_body(std::span<const WebhookWatchedItem> watched, CreateWebhookOptions options) {
    if (!options.url && !options.job_id) throw_validation("url", "A webhook needs a `url` or a `job_id`");
    if (options.secrets && !options.job_id) throw_validation("secrets", "`secrets` are those of a job");
    if (!options.domains.given()) options.domains = StringList("repo", "discussion");
    return webhook_body(watched, options);
}

asio::awaitable<WebhookInfo> webhook_call(const Session& session, Request request, TokenArg token) {
    return detail::call_member<WebhookInfo>(session, std::move(request.token(token)), "webhook");
}

}  // namespace

asio::awaitable<std::vector<WebhookInfo>> WebhooksApi::list_webhooks(TokenOptions options) const {
    return session_.call<std::vector<WebhookInfo>>(get("/api/settings/webhooks").token(options.token));
}

asio::awaitable<WebhookInfo> WebhooksApi::get_webhook(std::string_view webhook_id, TokenOptions options) const {
    detail::require("webhook_id", webhook_id);
    return webhook_call(session_, get("/api/settings/webhooks/{}", segment(webhook_id)), options.token);
}

asio::awaitable<WebhookInfo> WebhooksApi::create_webhook(std::span<const WebhookWatchedItem> watched,
                                                         CreateWebhookOptions options) const {
    return webhook_call(session_, post("/api/settings/webhooks").json(new_webhook_body(watched, options)),
                        options.token);
}

asio::awaitable<WebhookInfo> WebhooksApi::update_webhook(std::string_view webhook_id,
                                                         UpdateWebhookOptions options) const {
    detail::require("webhook_id", webhook_id);
    return webhook_call(
        session_, post("/api/settings/webhooks/{}", segment(webhook_id)).json(webhook_body(options.watched, options)),
        options.token);
}

asio::awaitable<WebhookInfo> WebhooksApi::enable_webhook(std::string_view webhook_id, TokenOptions options) const {
    detail::require("webhook_id", webhook_id);
    return webhook_call(session_, post("/api/settings/webhooks/{}/enable", segment(webhook_id)), options.token);
}

asio::awaitable<WebhookInfo> WebhooksApi::disable_webhook(std::string_view webhook_id, TokenOptions options) const {
    detail::require("webhook_id", webhook_id);
    return webhook_call(session_, post("/api/settings/webhooks/{}/disable", segment(webhook_id)), options.token);
}

asio::awaitable<void> WebhooksApi::delete_webhook(std::string_view webhook_id, TokenOptions options) const {
    detail::require("webhook_id", webhook_id);
    return session_.call<void>(del("/api/settings/webhooks/{}", segment(webhook_id)).token(options.token));
}

}  // namespace hf
