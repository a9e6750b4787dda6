#include "api/endpoint_call.hpp"

namespace hf {

namespace asio = boost::asio;

using detail::EndpointCall;

namespace {

json::object& object_at(json::object& body, std::string_view name) {
    json::value& found = body[name];
    return found.is_object() ? found.get_object() : found.emplace_object();
}

/// The image that an endpoint has, as it can be sent again.
asio::awaitable<json::object> current_image(EndpointCall call) {
    const InferenceEndpoint endpoint = co_await detail::call_endpoint(call.with(net::Method::get, {}));
    const json::value* model = endpoint.raw.if_contains("model");
    const json::value* image = model && model->is_object() ? model->get_object().if_contains("image") : nullptr;
    json::object out;
    if (image && image->is_object()) out = image->get_object();
    for (const auto& [engine, settings] : out) {
        // Answers do not show them, so that what is sent again would take them away.
        if (settings.is_object() && settings.get_object().contains("credentials"))
            throw_validation("custom_image", "The endpoint's image has credentials: give the whole image");
    }
    co_return out;
}

}  // namespace

namespace detail {

asio::awaitable<InferenceEndpoint> call_endpoint(EndpointCall call) {
    if (call.namespace_.empty()) call.namespace_ = co_await user_name(call.session, call.token, "namespace");
    json::object raw = co_await call.session.call<json::object>(call.request());
    co_return InferenceEndpoint(std::move(raw), call.namespace_, call.session, call.token);
}

asio::awaitable<InferenceEndpoint> update_endpoint(EndpointCall call, ParallelSizes sizes) {
    if (call.namespace_.empty()) call.namespace_ = co_await user_name(call.session, call.token, "namespace");
    if (sizes.given()) {
        json::object& model = object_at(call.body.get_object(), "model");
        if (!model.contains("image")) {
            const json::object image = co_await current_image(call);
            model["image"] = image;
        }
        sizes.put_into(object_at(model, "image"));
    }
    co_return co_await call_endpoint(std::move(call));
}

asio::awaitable<InferenceEndpoint> resume_endpoint(EndpointCall call, bool running_ok) {
    if (call.namespace_.empty()) call.namespace_ = co_await user_name(call.session, call.token, "namespace");
    try {
        co_return co_await call_endpoint(call);
    } catch (const BadRequestError& error) {
        const bool runs = error.info().body.find("already running") != std::string::npos;
        if (!running_ok || !runs) throw;
    }
    co_return co_await call_endpoint(call.with(net::Method::get, ""));
}

}  // namespace detail

}  // namespace hf
