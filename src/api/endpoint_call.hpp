#pragma once

#include "api/endpoint_body.hpp"
#include "api/shared_calls.hpp"

#include <hf/api/inference_endpoints.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace hf::detail {

/// A call of the service, whose namespace may have to be asked for first.
struct EndpointCall {
    EndpointCall(Session session, net::Method method, std::string_view name, std::string_view action,
                 std::string_view namespace_, TokenArg token)
        : session(std::move(session)), method(method), namespace_(namespace_), token(token) {
        if (!name.empty()) endpoint = "/" + path_part(segment(name));
        if (!action.empty()) path.append("/").append(action);
    }

    /// The same endpoint, without a body.
    EndpointCall with(net::Method other, std::string_view action) const {
        EndpointCall out = *this;
        out.method = other;
        out.path = action.empty() ? std::string() : "/" + std::string(action);
        out.body = nullptr;
        return out;
    }

    Request request() const {
        const Url base = Url::parse(session.inference_endpoints() + "/v2/endpoint/" + path_part(segment(namespace_)) +
                                    endpoint + path);
        Request out(method, "");
        out.to(base).token(token.get()).bucket(Bucket::none);
        if (!body.is_null()) out.json(body);
        return out;
    }

    Session session;
    net::Method method;
    std::string endpoint;  // below the namespace
    std::string path;      // below that
    std::string namespace_;
    OwnedToken token;
    json::value body;
};

/// The endpoint that an answer tells of.
boost::asio::awaitable<InferenceEndpoint> call_endpoint(EndpointCall call);

/// The same where the state of the endpoint itself may have to be asked for before `body` can be sent.
boost::asio::awaitable<InferenceEndpoint> update_endpoint(EndpointCall call, ParallelSizes sizes);

/// The same where it may run already.
boost::asio::awaitable<InferenceEndpoint> resume_endpoint(EndpointCall call, bool running_ok);

}  // namespace hf::detail
