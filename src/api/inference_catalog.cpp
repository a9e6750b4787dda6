#include "api/shared_calls.hpp"

#include <hf/api/inference_catalog.hpp>

#include <boost/describe/class.hpp>

namespace hf {

static_assert(options_struct<ListInferenceCatalogOptions> && options_struct<ListInferenceEndpointsHardwareOptions>);

namespace asio = boost::asio;

namespace {

// The machines, as the service nests them.
struct Quota {
    std::optional<std::int64_t> max_accelerators;
    std::optional<std::int64_t> used_accelerators;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(Quota, (), (max_accelerators, used_accelerators))
constexpr bool hf_is_identity(std::type_identity<Quota>, std::string_view) { return false; }

struct Region {
    std::string name;
    std::vector<InferenceEndpointHardware> computes;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(Region, (), (name, computes))

struct Vendor {
    std::string name;
    std::vector<Region> regions;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(Vendor, (), (name, regions))

asio::awaitable<std::vector<InferenceEndpointHardware>> hardware_impl(Session session, std::string namespace_,
                                                                      OwnedToken token) {
    if (namespace_.empty()) namespace_ = co_await detail::user_name(session, token, "namespace");
    Request request = get("/v2/provider/{}", segment(namespace_));
    request.on(session.inference_endpoints()).token(token.get()).bucket(Bucket::none);
    const auto vendors = co_await detail::call_member<std::vector<Vendor>>(session, std::move(request), "vendors");
    std::vector<InferenceEndpointHardware> out;
    for (const Vendor& vendor : vendors) {
        for (const Region& region : vendor.regions) {
            for (const auto& compute : region.computes) {
                InferenceEndpointHardware& hardware = out.emplace_back(compute);
                hardware.vendor = vendor.name;
                hardware.region = region.name;
                const json::value* found = hardware.extra.if_contains("quota");
                if (!found) continue;
                const Quota quota = json::from_value<Quota>(*found);
                hardware.max_accelerators = quota.max_accelerators;
                hardware.used_accelerators = quota.used_accelerators;
            }
        }
    }
    co_return out;
}

}  // namespace

asio::awaitable<std::vector<InferenceCatalogModel>> InferenceCatalogApi::list_inference_catalog(
    ListInferenceCatalogOptions options) const {
    return detail::call_member<std::vector<InferenceCatalogModel>>(session_,
                                                                   get("/api/v1/catalog/list")
                                                                       .query("accelerator", options.accelerator)
                                                                       .query("engine", options.engine)
                                                                       .query("license", options.license)
                                                                       .query("task", options.task)
                                                                       .query("search", options.search)
                                                                       .query("limit", options.limit)
                                                                       .on(session_.inference_catalog())
                                                                       .token(options.token)
                                                                       .bucket(Bucket::none),
                                                                   "items");
}

asio::awaitable<std::vector<InferenceEndpointHardware>> InferenceCatalogApi::list_inference_endpoints_hardware(
    ListInferenceEndpointsHardwareOptions options) const {
    return hardware_impl(session_, std::string(options.namespace_), OwnedToken(options.token));
}

}  // namespace hf
