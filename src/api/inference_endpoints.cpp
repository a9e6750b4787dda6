#include "api/shared_calls.hpp"
#include "session/lists_in_turn.hpp"

#include <hf/api/inference_endpoints.hpp>

#include <algorithm>
#include <chrono>

namespace hf {

static_assert(options_struct<EndpointOptions> && options_struct<CreateInferenceEndpointOptions> &&
              options_struct<UpdateInferenceEndpointOptions> && options_struct<WaitOptions>);

namespace asio = boost::asio;

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
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(WireEndpoint, (), (name, type, model, status))

struct AccountOrganization {
    std::string name;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(AccountOrganization, (), (name))

struct Account {
    std::vector<AccountOrganization> orgs;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(Account, (), (orgs))

/// A call of the service, whose namespace may have to be asked for first.
struct EndpointCall {
    EndpointCall(Session session, net::Method method, std::string_view name, std::string_view action,
                 std::string_view namespace_, TokenArg token)
        : session(std::move(session)), method(method), namespace_(namespace_), token(token) {
        if (!name.empty()) path = "/" + detail::path_part(segment(name));
        if (!action.empty()) path.append("/").append(action);
    }

    Request request() const {
        const Url base =
            Url::parse(session.inference_endpoints() + "/v2/endpoint/" + detail::path_part(segment(namespace_)) + path);
        Request out(method, "");
        out.to(base).token(token.get()).bucket(Bucket::none);
        if (!body.is_null()) out.json(body);
        return out;
    }

    Session session;
    net::Method method;
    std::string path;  // below the namespace
    std::string namespace_;
    OwnedToken token;
    json::value body;
};

asio::awaitable<InferenceEndpoint> endpoint_impl(EndpointCall call) {
    if (call.namespace_.empty()) call.namespace_ = co_await detail::user_name(call.session, call.token, "namespace");
    json::object raw = co_await call.session.call<json::object>(call.request());
    co_return InferenceEndpoint(std::move(raw), call.namespace_, call.session, call.token);
}

asio::awaitable<void> void_impl(EndpointCall call) {
    if (call.namespace_.empty()) call.namespace_ = co_await detail::user_name(call.session, call.token, "namespace");
    co_await call.session.call<void>(call.request());
}

asio::awaitable<std::vector<InferenceEndpoint>> list_impl(EndpointCall call) {
    const Reply reply = co_await call.session.send(call.request());
    const auto items = detail::member_of<json::value>(call.session.decode<json::object>(reply), "items");
    const auto convert = [&call](const json::value& item) {
        return InferenceEndpoint(json::from_value<json::object>(item), call.namespace_, call.session, call.token);
    };
    co_return call.session.elements<InferenceEndpoint>(items, reply, convert);
}

/// The namespace of the call, or the token's own; with "*" its organizations, too.
asio::awaitable<std::vector<std::string>> namespaces(EndpointCall call) {
    std::vector<std::string> out;
    if (call.namespace_ != "*" && !call.namespace_.empty()) {
        out.push_back(call.namespace_);
        co_return out;
    }
    Account account;
    if (call.namespace_ == "*") account = co_await call.session.call<Account>(detail::whoami_request(call.token.get()));
    std::string user = co_await detail::user_name(call.session, call.token, "namespace");
    out.push_back(std::move(user));
    for (auto& organization : account.orgs) out.push_back(std::move(organization.name));
    co_return out;
}

/// A list for each namespace.
class EndpointLists {
public:
    explicit EndpointLists(EndpointCall call) : call_(std::move(call)) {}

    asio::awaitable<std::optional<AsyncGenerator<InferenceEndpoint>>> operator()() {
        if (!namespaces_) namespaces_ = co_await namespaces(call_);
        for (; next_ < namespaces_->size(); ++next_) {
            call_.namespace_ = (*namespaces_)[next_];
            try {
                auto found = co_await list_impl(call_);
                ++next_;
                co_return detail::list_of(std::move(found));
            } catch (const HfHubHTTPError&) {
                // An organization that does not let this token in hides nothing of the others.
                if (next_ == 0) throw;
            }
        }
        co_return std::nullopt;
    }

private:
    EndpointCall call_;
    std::optional<std::vector<std::string>> namespaces_;
    std::size_t next_ = 0;
};

json::value or_null(std::optional<std::string_view> text) { return text ? json::value(*text) : json::value(); }
json::value or_null(std::optional<std::int64_t> number) { return number ? json::value(*number) : json::value(); }

json::object compute_json(std::optional<std::string_view> accelerator, std::optional<std::string_view> instance_size,
                          std::optional<std::string_view> instance_type, std::optional<std::int64_t> min_replica,
                          std::optional<std::int64_t> max_replica) {
    json::object scaling;
    scaling["maxReplica"] = or_null(max_replica);
    scaling["minReplica"] = or_null(min_replica);
    json::object out;
    out["accelerator"] = or_null(accelerator);
    out["instanceSize"] = or_null(instance_size);
    out["instanceType"] = or_null(instance_type);
    out["scaling"] = std::move(scaling);
    return out;
}

json::object model_json(std::optional<std::string_view> repository, std::optional<std::string_view> framework,
                        std::optional<std::string_view> revision, std::optional<std::string_view> task,
                        const json::object* custom_image) {
    json::object image;
    if (custom_image)
        image["custom"] = *custom_image;
    else
        image["huggingface"] = json::object();
    json::object out;
    out["framework"] = or_null(framework);
    out["repository"] = or_null(repository);
    out["revision"] = or_null(revision);
    out["task"] = or_null(task);
    out["image"] = std::move(image);
    return out;
}

json::object update_body(const UpdateInferenceEndpointOptions& o) {
    json::object body;
    if (o.accelerator || o.instance_size || o.instance_type || o.min_replica || o.max_replica)
        body["compute"] = compute_json(o.accelerator, o.instance_size, o.instance_type, o.min_replica, o.max_replica);
    if (o.repository || o.framework || o.revision || o.task)
        body["model"] = model_json(o.repository, o.framework, o.revision, o.task, nullptr);
    return body;
}

// Without a time limit of the caller's: deployments take minutes.
constexpr std::chrono::milliseconds longest_wait = std::chrono::hours(24);
constexpr std::chrono::milliseconds default_refresh = std::chrono::seconds(5);

EndpointCall call_of(const Session& session, net::Method method, std::string_view name, std::string_view action,
                     const EndpointOptions& options) {
    detail::require("name", name);
    return EndpointCall(session, method, name, action, options.namespace_, options.token);
}

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
    const json::value* route = raw.if_contains("healthRoute");
    if (!route || !route->is_string()) co_return true;
    std::string path(route->get_string());
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

asio::awaitable<void> InferenceEndpoint::wait_impl(std::chrono::milliseconds timeout,
                                                   std::chrono::milliseconds refresh_every) {
    Clock& clock = session().clock();
    const auto start = clock.now();
    bool ready = co_await is_ready();
    while (!ready) {
        co_await fetch();
        require_hope();
        ready = co_await is_ready();
        if (ready) break;
        if (clock.now() - start > timeout) {
            ErrorInfo info;
            info.message =
                "timeout while waiting for the inference endpoint '" + name + "' to be deployed; it is " + status;
            throw InferenceEndpointTimeoutError(std::move(info));
        }
        co_await clock.sleep(refresh_every);
    }
}

asio::awaitable<void> InferenceEndpoint::update(UpdateInferenceEndpointOptions options) {
    EndpointCall call(session(), net::Method::put, name, "", namespace_, token_.get());
    call.body = update_body(options);
    return refresh(call.request());
}

asio::awaitable<void> InferenceEndpoint::pause() {
    return refresh(EndpointCall(session(), net::Method::post, name, "pause", namespace_, token_.get()).request());
}

asio::awaitable<void> InferenceEndpoint::resume() {
    return refresh(EndpointCall(session(), net::Method::post, name, "resume", namespace_, token_.get()).request());
}

asio::awaitable<void> InferenceEndpoint::scale_to_zero() {
    return refresh(
        EndpointCall(session(), net::Method::post, name, "scale-to-zero", namespace_, token_.get()).request());
}

asio::awaitable<void> InferenceEndpoint::delete_() {
    return session().call<void>(
        EndpointCall(session(), net::Method::delete_, name, "", namespace_, token_.get()).request());
}

AsyncGenerator<InferenceEndpoint> InferenceEndpointsApi::list_inference_endpoints(EndpointOptions options) const {
    return detail::lists_in_turn<InferenceEndpoint>(
        EndpointLists(EndpointCall(session_, net::Method::get, "", "", options.namespace_, options.token)));
}

asio::awaitable<InferenceEndpoint> InferenceEndpointsApi::create_inference_endpoint(
    std::string_view name, CreateInferenceEndpointOptions o) const {
    for (const auto& [argument, value] :
         {std::pair{"name", name}, std::pair{"repository", o.repository}, std::pair{"framework", o.framework},
          std::pair{"accelerator", o.accelerator}, std::pair{"instance_size", o.instance_size},
          std::pair{"instance_type", o.instance_type}, std::pair{"region", o.region}, std::pair{"vendor", o.vendor}})
        detail::require(argument, value);
    json::object provider;
    provider["region"] = o.region;
    provider["vendor"] = o.vendor;
    json::object body;
    body["accountId"] = or_null(o.account_id);
    body["compute"] = compute_json(o.accelerator, o.instance_size, o.instance_type, o.min_replica, o.max_replica);
    body["model"] = model_json(o.repository, o.framework, o.revision, o.task, o.custom_image);
    body["name"] = name;
    body["provider"] = std::move(provider);
    body["type"] = o.type;
    EndpointCall call(session_, net::Method::post, "", "", o.namespace_, o.token);
    call.body = std::move(body);
    return endpoint_impl(std::move(call));
}

asio::awaitable<InferenceEndpoint> InferenceEndpointsApi::get_inference_endpoint(std::string_view name,
                                                                                 EndpointOptions options) const {
    return endpoint_impl(call_of(session_, net::Method::get, name, "", options));
}

asio::awaitable<InferenceEndpoint> InferenceEndpointsApi::update_inference_endpoint(
    std::string_view name, UpdateInferenceEndpointOptions options) const {
    detail::require("name", name);
    EndpointCall call(session_, net::Method::put, name, "", options.namespace_, options.token);
    call.body = update_body(options);
    return endpoint_impl(std::move(call));
}

asio::awaitable<void> InferenceEndpointsApi::delete_inference_endpoint(std::string_view name,
                                                                       EndpointOptions options) const {
    return void_impl(call_of(session_, net::Method::delete_, name, "", options));
}

asio::awaitable<InferenceEndpoint> InferenceEndpointsApi::pause_inference_endpoint(std::string_view name,
                                                                                   EndpointOptions options) const {
    return endpoint_impl(call_of(session_, net::Method::post, name, "pause", options));
}

asio::awaitable<InferenceEndpoint> InferenceEndpointsApi::resume_inference_endpoint(std::string_view name,
                                                                                    EndpointOptions options) const {
    return endpoint_impl(call_of(session_, net::Method::post, name, "resume", options));
}

asio::awaitable<InferenceEndpoint> InferenceEndpointsApi::scale_to_zero_inference_endpoint(
    std::string_view name, EndpointOptions options) const {
    return endpoint_impl(call_of(session_, net::Method::post, name, "scale-to-zero", options));
}

}  // namespace hf
