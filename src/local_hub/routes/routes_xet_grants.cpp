#include "core/text.hpp"
#include "local_hub/http/http_error.hpp"
#include "local_hub/http/json_body.hpp"
#include "local_hub/routes/routes.hpp"
#include "local_hub/rules/access.hpp"
#include "local_hub/rules/hub.hpp"
#include "local_hub/rules/xet_access.hpp"

namespace hf::local_hub {
namespace {

constexpr std::string_view checksum_algorithm = "crc64nvme";

std::uint64_t checksum_of(const json::object& body) {
    const auto* member = body.if_contains("checksum");
    if (!member) throw bad_request("\"checksum\" is required");
    const auto& checksum = as_object(*member, "checksum");
    if (required_string(checksum, "algo") != checksum_algorithm) throw bad_request("\"algo\" must be \"crc64nvme\"");
    const auto value = to_number<std::uint64_t>(required_string(checksum, "value"));
    if (!value) throw bad_request("\"value\" must be a whole number as text");
    return *value;
}

// What may be uploaded is said by the signed URL alone.
std::string upload_url(const Hub& hub, const Grant& grant) {
    return hub.lfs_endpoint +
           hub.signer.sign("PUT", "/xorb-uploads/" + to_text(grant.xorb) + "/" + grant.id,
                           "length=" + std::to_string(grant.length) + "&crc64nvme=" + std::to_string(grant.checksum),
                           hub.config.url_ttl);
}

Response grant(Call& call) {
    cas_repo(call, CasAccess::write);
    const auto hash = cas_hash(call.params.names.at(1));
    if (call.hub.xet.xorbs.contains(hash)) return Response(200);
    const auto parsed = parse_json(call.request.body);
    const auto& body = as_object(parsed);
    const auto length = size_member(body, "length");
    if (!length) throw bad_request("\"length\" is required");
    // Nothing can come by a URL that has expired, and a commit follows its upload.
    call.hub.xet.grants.drop_abandoned(2 * call.hub.config.url_ttl);
    const Grant granted = call.hub.xet.grants.issue(hash, *length, checksum_of(body));
    return json_response(json::object{{"id", granted.id},
                                      {"method", "PUT"},
                                      {"url", upload_url(call.hub, granted)},
                                      {"headers", json::object{{"if-none-match", "*"}}}},
                         201);
}

Grant signed_grant(const Call& call) {
    refuse_token(call);
    call.hub.signer.check("PUT", call.request.target);
    const auto number = [&](std::string_view name) {
        return to_number<std::uint64_t>(call.request.query.get(name)).value();
    };
    return {cas_hash(call.params.names.at(0)), call.params.names.at(1), number("length"), number("crc64nvme")};
}

class GrantedSink : public BodySink {
public:
    explicit GrantedSink(Call& call) : incoming_(call.hub.xet.grants, signed_grant(call)) {}

    void write(std::string_view chunk) override { incoming_.write(chunk.data(), chunk.size()); }

    Response finish() override {
        incoming_.finish();
        return Response(200);
    }

private:
    Grants::Incoming incoming_;
};

Response commit(Call& call) {
    cas_repo(call, CasAccess::write);
    if (!call.hub.xet.grants.commit(cas_hash(call.params.names.at(1)), call.params.names.at(2)))
        throw not_found("Nothing was uploaded under this grant");
    return Response(200);
}

void add(Router& router, Route route) {
    route.bucket = Bucket::none;
    route.json_errors = false;
    route.lfs_origin = true;
    route.checks_token = false;
    router.add(route);
}

}  // namespace

void add_xet_grant_routes(Router& router) {
    add(router, {.name = "xet_grant",
                 .method = "POST",
                 .pattern = "/v1/xorb-grants/{name}/{name}",
                 .handler = grant,
                 .takes_bearer = true});
    add(router, {.name = "xet_granted_upload",
                 .method = "PUT",
                 .pattern = "/xorb-uploads/{name}/{name}",
                 .sink = [](Call& call) -> std::unique_ptr<BodySink> { return std::make_unique<GrantedSink>(call); }});
    add(router, {.name = "xet_commit",
                 .method = "POST",
                 .pattern = "/v1/xorb-commits/{name}/{name}/grant/{name}",
                 .handler = commit,
                 .takes_bearer = true});
}

}  // namespace hf::local_hub
