#include "local_hub/http/http_error.hpp"
#include "local_hub/routes/routes.hpp"
#include "local_hub/rules/access.hpp"
#include "local_hub/rules/hub.hpp"

namespace hf::local_hub {
namespace {

void require_xet(const Call& call) {
    if (!call.hub.config.xet) throw not_found("Sorry, we can't find the page you are looking for.");
}

// One client reads the body, another the header fields.
Response token_response(const Call& call, const XetScope& scope) {
    const auto issued = call.hub.xet_tokens.issue(scope);
    Response out = json_response(
        json::object{{"accessToken", issued.token}, {"exp", issued.expires}, {"casUrl", call.hub.cas_url()}});
    out.set("X-Xet-Access-Token", issued.token);
    out.set("X-Xet-Token-Expiration", std::to_string(issued.expires));
    out.set("X-Xet-Cas-Url", call.hub.cas_url());
    out.set("Cache-Control", "no-store");
    return out;
}

Response read_token(Call& call) {
    require_xet(call);
    const Repo repo = readable_repo(call);
    require_content_access(call, repo);
    const auto& revision = call.params.revision;
    if (revision != "main" && revision != repo.sha) call.hub.git.open(repo.oid).resolve(revision);
    return token_response(call, {repo.oid, revision, false});
}

// A pull request that is still to be opened has no revision yet: clients ask for "None".
Response write_token(Call& call) {
    require_xet(call);
    const auto& revision = call.params.revision;
    const bool create_pr = call.request.query.flag("create_pr");
    const Repo repo = create_pr ? proposable_repo(call) : committable_repo(call, revision);
    if (!create_pr) call.hub.commit_target(repo, revision);
    return token_response(call, {repo.oid, revision, true});
}

}  // namespace

void add_xet_token_routes(Router& router) {
    router.add("xet_read_token", "GET", "/api/{type}/{repo}/xet-read-token/{rev}", read_token);
    router.add("xet_write_token", "GET", "/api/{type}/{repo}/xet-write-token/{rev}", write_token);
}

}  // namespace hf::local_hub
