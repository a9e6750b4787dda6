#include "api/endpoint_body.hpp"
#include "api/endpoint_call.hpp"
#include "session/lists_in_turn.hpp"

namespace hf {

static_assert(options_struct<EndpointOptions> && options_struct<CreateInferenceEndpointOptions> &&
              options_struct<UpdateInferenceEndpointOptions> && options_struct<ResumeInferenceEndpointOptions> &&
              options_struct<CreateInferenceEndpointFromCatalogOptions>);

namespace asio = boost::asio;

using detail::EndpointCall;

namespace {

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

asio::awaitable<InferenceEndpoint> catalog_impl(Session session, Request request, json::object body,
                                                std::string namespace_, OwnedToken token) {
    if (namespace_.empty()) namespace_ = co_await detail::user_name(session, token, "namespace");
    body["namespace"] = namespace_;
    request.json(body);
    auto raw = co_await detail::call_member<json::object>(session, std::move(request), "endpoint");
    co_return InferenceEndpoint(std::move(raw), namespace_, session, token);
}

template <class Options>
EndpointCall call_of(const Session& session, net::Method method, std::string_view name, std::string_view action,
                     const Options& options) {
    detail::require("name", name);
    return EndpointCall(session, method, name, action, options.namespace_, options.token);
}

}  // namespace

AsyncGenerator<InferenceEndpoint> InferenceEndpointsApi::list_inference_endpoints(EndpointOptions options) const {
    return detail::lists_in_turn<InferenceEndpoint>(
        EndpointLists(EndpointCall(session_, net::Method::get, "", "", options.namespace_, options.token)));
}

asio::awaitable<InferenceEndpoint> InferenceEndpointsApi::create_inference_endpoint(
    std::string_view name, CreateInferenceEndpointOptions o) const {
    EndpointCall call(session_, net::Method::post, "", "", o.namespace_, o.token);
    call.body = detail::create_endpoint_body(session_, name, o);
    return detail::call_endpoint(std::move(call));
}

asio::awaitable<InferenceEndpoint> InferenceEndpointsApi::create_inference_endpoint_from_catalog(
    CreateInferenceEndpointFromCatalogOptions o) const {
    if (o.repo_id.empty() == o.recipe_id.empty())
        throw_validation("repo_id", "Either a repo_id or a recipe_id must be given");
    if (!o.recipe_id.empty() && (o.accelerator || o.gguf_file))
        throw_validation("recipe_id", "A recipe leaves room for neither accelerator nor gguf_file");
    json::object body;
    if (o.name) body["config"] = json::object({{"name", *o.name}});
    if (o.accelerator) body["accelerator"] = *o.accelerator;
    if (o.gguf_file) body["ggufFile"] = *o.gguf_file;
    Request request = o.recipe_id.empty() ? post("/api/v1/catalog/model/{}/deploy", o.repo_id)
                                          : post("/api/v1/catalog/recipe/{}/deploy", segment(o.recipe_id));
    request.on(session_.inference_catalog()).token(o.token).bucket(Bucket::none);
    return catalog_impl(session_, std::move(request), std::move(body), std::string(o.namespace_), OwnedToken(o.token));
}

asio::awaitable<InferenceEndpoint> InferenceEndpointsApi::get_inference_endpoint(std::string_view name,
                                                                                 EndpointOptions options) const {
    return detail::call_endpoint(call_of(session_, net::Method::get, name, "", options));
}

asio::awaitable<InferenceEndpoint> InferenceEndpointsApi::update_inference_endpoint(
    std::string_view name, UpdateInferenceEndpointOptions options) const {
    detail::require("name", name);
    EndpointCall call(session_, net::Method::put, name, "", options.namespace_, options.token);
    call.body = detail::update_endpoint_body(session_, options);
    return detail::update_endpoint(std::move(call),
                                   detail::ParallelSizes{options.tensor_parallel_size, options.data_parallel_size});
}

asio::awaitable<void> InferenceEndpointsApi::delete_inference_endpoint(std::string_view name,
                                                                       EndpointOptions options) const {
    return void_impl(call_of(session_, net::Method::delete_, name, "", options));
}

asio::awaitable<InferenceEndpoint> InferenceEndpointsApi::pause_inference_endpoint(std::string_view name,
                                                                                   EndpointOptions options) const {
    return detail::call_endpoint(call_of(session_, net::Method::post, name, "pause", options));
}

asio::awaitable<InferenceEndpoint> InferenceEndpointsApi::resume_inference_endpoint(
    std::string_view name, ResumeInferenceEndpointOptions options) const {
    return detail::resume_endpoint(call_of(session_, net::Method::post, name, "resume", options), options.running_ok);
}

asio::awaitable<InferenceEndpoint> InferenceEndpointsApi::scale_to_zero_inference_endpoint(
    std::string_view name, EndpointOptions options) const {
    return detail::call_endpoint(call_of(session_, net::Method::post, name, "scale-to-zero", options));
}

}  // namespace hf
