#include "api/endpoint_body.hpp"
#include "api/endpoint_call.hpp"

#include <algorithm>
#include <chrono>

namespace hf {

namespace asio = boost::asio;

using detail::EndpointCall;

static_assert(options_struct<WaitOptions> && options_struct<ResumeOptions>);

namespace {

// What an answer says of an endpoint, as the service nests it.
struct WireModel {
    std::string repository;
    std::optional<std::string> framework;
    std::optional<std::string> revision;
    std::optional<std::string> task;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(WireModel, (), (repository, framework, revision, task))
constexpr bool hf_is_identity(std::type_identity<WireModel>, std::string_view) { return false; }

struct WireStatus {
    std::string state;
    std::optional<std::string> url;
    std::optional<Timestamp> created_at;
    std::optional<Timestamp> updated_at;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(WireStatus, (), (state, url, created_at, updated_at))
constexpr bool hf_is_identity(std::type_identity<WireStatus>, std::string_view) { return false; }

struct WireEndpoint {
    std::string name;
    std::string type;
    WireModel model;
    WireStatus status;
    std::optional<std::string> health_route;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(WireEndpoint, (), (name, type, model, status, health_route))

// Without a time limit of the caller's: deployments take minutes.
constexpr std::chrono::milliseconds longest_wait = std::chrono::hours(24);
constexpr std::chrono::milliseconds default_refresh = std::chrono::seconds(5);

}  // namespace

InferenceEndpoint::InferenceEndpoint(json::object raw, std::string namespace_, Session session, OwnedToken token)
    : namespace_(std::move(namespace_)), session_(std::move(session)), token_(std::move(token)) {
    read(std::move(raw));
}

void InferenceEndpoint::read(json::object answer) {
    WireEndpoint wire = json::from_value<WireEndpoint>(answer);
    name = std::move(wire.name);
    repository = std::move(wire.model.repository);
    status = std::move(wire.status.state);
    health_route = std::move(wire.health_route);
    url = std::move(wire.status.url);
    framework = std::move(wire.model.framework).value_or(std::string());
    revision = std::move(wire.model.revision);
    task = std::move(wire.model.task);
    created_at = wire.status.created_at;
    updated_at = wire.status.updated_at;
    type = std::move(wire.type);
    raw = std::move(answer);
}

const Session& InferenceEndpoint::session() const {
    if (!session_) throw_validation("session", "this InferenceEndpoint was not given by a call");
    return *session_;
}

asio::awaitable<void> InferenceEndpoint::refresh(Request request) {
    json::object answer = co_await session().call<json::object>(std::move(request));
    read(std::move(answer));
}

asio::awaitable<void> InferenceEndpoint::fetch() {
    return refresh(EndpointCall(session(), net::Method::get, name, "", namespace_, token_.get()).request());
}

asio::awaitable<void> InferenceEndpoint::wait(WaitOptions options) {
    const auto timeout = options.timeout.not_negative("timeout").value_or(longest_wait);
    const auto refresh_every = options.refresh_every.positive("refresh_every").value_or(default_refresh);
    return wait_impl(std::min(timeout, longest_wait), refresh_every);
}

void InferenceEndpoint::require_hope() const {
    const bool failed = status == InferenceEndpointStatus::failed || status == InferenceEndpointStatus::update_failed;
    const bool asleep = status == InferenceEndpointStatus::paused || status == InferenceEndpointStatus::scaled_to_zero;
    if (!failed && !asleep) return;
    ErrorInfo info;
    info.message = "the inference endpoint '" + name + "' will not run by itself: it is " + status;
    const json::value* state = raw.if_contains("status");
    const json::value* why = state && state->is_object() ? state->get_object().if_contains("message") : nullptr;
    if (why && why->is_string() && !why->get_string().empty()) info.message += ": " + std::string(why->get_string());
    throw InferenceEndpointError(std::move(info));
}

asio::awaitable<bool> InferenceEndpoint::is_ready() const {
    if (!url || status != InferenceEndpointStatus::running) co_return false;
    if (!health_route) co_return true;
    std::string path = *health_route;
    if (!path.starts_with('/')) path.insert(0, "/");
    std::string base = *url;
    while (base.ends_with('/')) base.pop_back();
    Request request(net::Method::get, "");
    // The service names the host, and so has no more choice than any other link.
    const Url service = Url::parse(session().inference_endpoints());
    request.to(session().follow(service, base + path)).anonymous().bucket(Bucket::none).idempotent(false);
    try {
        const Stream answer = co_await session().open(std::move(request));
        co_return answer.response.status == 200;
    } catch (const HfHubHTTPError& error) {
        // The token is for the Hub alone; who asks for one answers.
        co_return error.status() == 401 || error.status() == 403;
    } catch (const ConnectionError&) {
        co_return false;
    }
}

void InferenceEndpoint::throw_not_deployed() const {
    ErrorInfo info;
    info.message = "timeout while waiting for the inference endpoint '" + name + "' to be deployed; it is " + status;
    throw InferenceEndpointTimeoutError(std::move(info));
}

asio::awaitable<void> InferenceEndpoint::wait_impl(std::chrono::milliseconds timeout,
                                                   std::chrono::milliseconds refresh_every) {
    Clock& clock = session().clock();
    const auto start = clock.now();
    bool ready = co_await is_ready();
    // What a call just gave is fresh; v0.20.3 looks once more.
    bool rested = session().reference_routes();
    while (!ready) {
        if (!rested) {
            if (clock.now() - start > timeout) throw_not_deployed();
            co_await clock.sleep(refresh_every);
        }
        rested = false;
        co_await fetch();
        require_hope();
        ready = co_await is_ready();
    }
}

asio::awaitable<void> InferenceEndpoint::become(asio::awaitable<InferenceEndpoint> other) {
    InferenceEndpoint changed = co_await std::move(other);
    read(std::move(changed.raw));
}

asio::awaitable<void> InferenceEndpoint::update(UpdateInferenceEndpointOptions options) {
    EndpointCall call(session(), net::Method::put, name, "", namespace_, token_.get());
    call.body = detail::update_endpoint_body(session(), options);
    const detail::ParallelSizes sizes{options.tensor_parallel_size, options.data_parallel_size};
    return become(detail::update_endpoint(std::move(call), sizes));
}

asio::awaitable<void> InferenceEndpoint::pause() {
    return refresh(EndpointCall(session(), net::Method::post, name, "pause", namespace_, token_.get()).request());
}

asio::awaitable<void> InferenceEndpoint::resume(ResumeOptions options) {
    EndpointCall call(session(), net::Method::post, name, "resume", namespace_, token_.get());
    return become(detail::resume_endpoint(std::move(call), options.running_ok));
}

asio::awaitable<void> InferenceEndpoint::scale_to_zero() {
    return refresh(
        EndpointCall(session(), net::Method::post, name, "scale-to-zero", namespace_, token_.get()).request());
}

asio::awaitable<void> InferenceEndpoint::delete_() {
    return session().call<void>(
        EndpointCall(session(), net::Method::delete_, name, "", namespace_, token_.get()).request());
}

}  // namespace hf
