#include "local_hub/data/clock.hpp"
#include "local_hub/http/http_error.hpp"
#include "local_hub/http/json_body.hpp"
#include "local_hub/routes/routes.hpp"
#include "local_hub/routes/space_json.hpp"
#include "local_hub/rules/access.hpp"
#include "local_hub/rules/hub.hpp"

namespace hf::local_hub {
namespace {

Repo writable_space(const Call& call) {
    if (call.params.type != RepoType::space) throw not_found("Not Found");
    return writable_repo(call);
}

Repo readable_space(const Call& call) {
    if (call.params.type != RepoType::space) throw not_found("Not Found");
    return readable_repo(call);
}

Response runtime_response(Call& call, const Repo& repo) { return json_response(space_runtime(call.hub, repo)); }

Response runtime(Call& call) { return runtime_response(call, readable_space(call)); }

Response pause(Call& call) {
    const Repo repo = writable_space(call);
    if (repo.sdk == "static") throw bad_request("Static Spaces cannot be paused");
    set_space_column(call.hub, repo, "stage", "PAUSED");
    return runtime_response(call, repo);
}

Response restart(Call& call) {
    const Repo repo = writable_space(call);
    if (repo.sdk == "static") throw bad_request("Static Spaces cannot be restarted");
    set_space_column(call.hub, repo, "stage", "RUNNING");
    // The answer comes while the build has only begun.
    json::object out = space_runtime(call.hub, repo);
    out["stage"] = "BUILDING";
    return json_response(out);
}

Response hardware(Call& call) {
    const Repo repo = writable_space(call);
    const auto parsed = parse_json(call.request.body);
    const auto& body = as_object(parsed);
    set_space_column(call.hub, repo, "requested", required_string(body, "flavor"));
    if (const auto* seconds = body.if_contains("sleepTimeSeconds"); seconds && seconds->is_int64())
        set_space_column(call.hub, repo, "sleep_time", std::to_string(seconds->get_int64()));
    return runtime_response(call, repo);
}

Response sleep_time(Call& call) {
    const Repo repo = writable_space(call);
    const auto parsed = parse_json(call.request.body);
    const auto* seconds = as_object(parsed).if_contains("seconds");
    if (!seconds || !seconds->is_int64()) throw bad_request("\"seconds\" must be a whole number");
    set_space_column(call.hub, repo, "sleep_time", std::to_string(seconds->get_int64()));
    return runtime_response(call, repo);
}

Response request_storage(Call& call) {
    const Repo repo = writable_space(call);
    const auto parsed = parse_json(call.request.body);
    const auto tier = required_string(as_object(parsed), "tier");
    if (tier != "small" && tier != "medium" && tier != "large") throw bad_request("Invalid tier: " + std::string(tier));
    set_space_column(call.hub, repo, "storage", tier);
    return runtime_response(call, repo);
}

Response delete_storage(Call& call) {
    const Repo repo = writable_space(call);
    if (space_runtime(call.hub, repo)["storage"].is_null()) throw bad_request("Space has no persistent storage");
    set_space_column(call.hub, repo, "storage", {});
    return runtime_response(call, repo);
}

json::object values_json(Hub& hub, const Repo& repo, bool secret) {
    json::object out;
    hub.database.rows(
        "SELECT key, value, description, updated_at FROM space_values WHERE repo_id=? AND secret=? ORDER BY "
        "updated_at, key",
        {repo.id, sql_bool(secret)}, [&](const Row& row) {
            json::object value{{"key", row.text(0)}};
            if (!secret) value["value"] = row.text(1);
            if (!row.null(2)) value["description"] = row.text(2);
            value["updatedAt"] = iso_time(row.integer(3));
            out[row.text(0)] = std::move(value);
        });
    return out;
}

Response variables(Call& call) { return json_response(values_json(call.hub, readable_space(call), false)); }
Response secrets(Call& call) { return json_response(values_json(call.hub, writable_space(call), true)); }

Response add_variable(Call& call) {
    const Repo repo = writable_space(call);
    const auto parsed = parse_json(call.request.body);
    set_space_value(call.hub, repo, false, as_object(parsed));
    return json_response(values_json(call.hub, repo, false));
}

Response add_secret(Call& call) {
    const Repo repo = writable_space(call);
    const auto parsed = parse_json(call.request.body);
    set_space_value(call.hub, repo, true, as_object(parsed));
    return json_response(json::object());
}

void delete_value(Call& call, const Repo& repo, bool secret) {
    const auto parsed = parse_json(call.request.body);
    const auto key = required_string(as_object(parsed), "key");
    if (call.hub.database.run("DELETE FROM space_values WHERE repo_id=? AND secret=? AND key=?",
                              {repo.id, sql_bool(secret), sql_text(key)}) == 0)
        throw not_found((secret ? "Secret not found: " : "Variable not found: ") + std::string(key));
}

Response delete_variable(Call& call) {
    const Repo repo = writable_space(call);
    delete_value(call, repo, false);
    return json_response(values_json(call.hub, repo, false));
}

Response delete_secret(Call& call) {
    const Repo repo = writable_space(call);
    delete_value(call, repo, true);
    return json_response(json::object());
}

}  // namespace

void add_space_routes(Router& router) {
    router.add("space_runtime", "GET", "/api/{type}/{repo}/runtime", runtime);
    router.add("space_pause", "POST", "/api/{type}/{repo}/pause", pause);
    router.add("space_restart", "POST", "/api/{type}/{repo}/restart", restart);
    router.add("space_hardware", "POST", "/api/{type}/{repo}/hardware", hardware);
    router.add("space_sleep_time", "POST", "/api/{type}/{repo}/sleeptime", sleep_time);
    router.add("space_storage", "POST", "/api/{type}/{repo}/storage", request_storage);
    router.add("space_storage", "DELETE", "/api/{type}/{repo}/storage", delete_storage);
    router.add("space_variables", "GET", "/api/{type}/{repo}/variables", variables);
    router.add("space_variables", "POST", "/api/{type}/{repo}/variables", add_variable);
    router.add("space_variables", "DELETE", "/api/{type}/{repo}/variables", delete_variable);
    router.add("space_secrets", "GET", "/api/{type}/{repo}/secrets", secrets);
    router.add("space_secrets", "POST", "/api/{type}/{repo}/secrets", add_secret);
    router.add("space_secrets", "DELETE", "/api/{type}/{repo}/secrets", delete_secret);
}

}  // namespace hf::local_hub
