#pragma once

#include <hf/session/session.hpp>
#include <hf/types/inference_catalog.hpp>

#include <vector>

namespace hf {

struct ListInferenceCatalogOptions {
    TextArg accelerator{};
    TextArg engine{};
    TextArg license{};
    TextArg task{};
    TextArg search{};
    std::optional<std::int64_t> limit{};
    TokenArg token{};
};

struct ListInferenceEndpointsHardwareOptions {
    std::string_view namespace_{};  ///< user or organization; empty: the token's account
    TokenArg token{};
};

/// What inference endpoints can be made of.
class InferenceCatalogApi {
public:
    explicit InferenceCatalogApi(Session session) : session_(std::move(session)) {}

    /// Models that can be deployed with one call, of the service `SessionConfig::inference_catalog`.
    boost::asio::awaitable<std::vector<InferenceCatalogModel>> list_inference_catalog(
        ListInferenceCatalogOptions options = {}) const;

    /// The machines that a namespace can have.
    boost::asio::awaitable<std::vector<InferenceEndpointHardware>> list_inference_endpoints_hardware(
        ListInferenceEndpointsHardwareOptions options = {}) const;

private:
    Session session_;
};

}  // namespace hf
