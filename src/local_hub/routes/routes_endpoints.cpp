#include "local_hub/data/clock.hpp"
#include "local_hub/http/http_error.hpp"
#include "local_hub/http/json_body.hpp"
#include "local_hub/routes/routes.hpp"
#include "local_hub/rules/access.hpp"
#include "local_hub/rules/hub.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace hf::local_hub {
namespace {

// The Inference Endpoints API, a service of its own on the real Hub: reachable here below the endpoint.
// Nothing is deployed. An endpoint takes the states that a client waits through, one per look at it.

json::object* member(json::object& object, const char* name) {
    auto* value = object.if_contains(name);
    return value ? value->if_object() : nullptr;
}

void require_role(const Call& call, bool writing) {
    require_user(call);
    const std::string& name_space = call.params.names.at(0);
    const bool allowed = writing ? call.who->may_write(name_space) : call.who->may_read(name_space);
    if (!allowed) throw forbidden("You don't have access to the endpoints of " + name_space);
}

json::object user_json(const Call& call) { return {{"id", call.who->account.oid}, {"name", call.who->name()}}; }

void store(Hub& hub, const std::string& name_space, const json::object& document) {
    hub.database.run(
        "INSERT INTO endpoints(namespace, name, document) VALUES(?,?,?) "
        "ON CONFLICT DO UPDATE SET document=excluded.document",
        {name_space, std::string(document.at("name").as_string()), json::serialize(document)});
}

json::object load(const Call& call) {
    const std::string& name = call.params.names.at(1);
    const auto text = call.hub.database.text("SELECT document FROM endpoints WHERE namespace=? AND name=?",
                                             {call.params.names.at(0), name});
    if (text.empty()) throw not_found("Endpoint \"" + name + "\" not found");
    return json::parse(text).as_object();
}

void set_state(const Call& call, json::object& document, std::string_view state, std::string_view message) {
    auto& status = document["status"].as_object();
    status["state"] = state;
    status["message"] = message;
    status["updatedAt"] = iso_time(now_ms());
    status["updatedBy"] = user_json(call);
    const bool running = state == "running";
    status["readyReplica"] = running ? 1 : 0;
    status["targetReplica"] = state == "paused" || state == "scaledToZero" ? 0 : 1;
    if (running)
        status["url"] =
            call.hub.url("endpoints/" + call.params.names.at(0) + "/" + std::string(document["name"].as_string()));
    else if (state != "updating")  // the earlier deployment serves on
        status.erase("url");
}

// What the next look finds: pending, initializing, running; updating, running.
void advance(const Call& call, json::object& document) {
    const std::string state(document["status"].as_object()["state"].as_string());
    if (state == "pending")
        set_state(call, document, "initializing", "Endpoint is initializing");
    else if (state == "initializing" || state == "updating")
        set_state(call, document, "running", "Endpoint is ready");
}

Response create(Call& call) {
    require_role(call, true);
    const auto parsed = parse_json(call.request.body);
    json::object document = as_object(parsed);
    const std::string name(required_string(document, "name"));
    for (const char* part : {"compute", "model", "provider"})
        if (!member(document, part)) throw HttpError(422, "\"" + std::string(part) + "\" is required");
    const auto taken = call.hub.database.text("SELECT name FROM endpoints WHERE namespace=? AND name=?",
                                              {call.params.names.at(0), name});
    if (!taken.empty()) throw conflict("Endpoint \"" + name + "\" already exists");
    for (const char* optional : {"revision", "task"}) member(document, "model")->emplace(optional, nullptr);
    document["healthRoute"] = "/health";
    document["status"] =
        json::object{{"createdAt", iso_time(now_ms())}, {"createdBy", user_json(call)}, {"private", nullptr}};
    set_state(call, document, "pending", "Endpoint waiting to be scheduled");
    store(call.hub, call.params.names.at(0), document);
    return json_response(document);
}

Response get(Call& call) {
    require_role(call, false);
    json::object document = load(call);
    advance(call, document);
    store(call.hub, call.params.names.at(0), document);
    return json_response(document);
}

Response list(Call& call) {
    require_user(call);
    std::vector<std::string> spaces;
    if (call.params.names.at(0) == "*") {
        spaces.push_back(call.who->name());
        for (const auto& membership : call.who->memberships) spaces.push_back(membership.org.name);
    } else {
        require_role(call, false);
        spaces.push_back(call.params.names.at(0));
    }
    json::array items;
    for (const auto& name_space : spaces)
        call.hub.database.rows("SELECT document FROM endpoints WHERE namespace=? ORDER BY name", {name_space},
                               [&](const Row& row) { items.push_back(json::parse(row.text(0))); });
    return json_response(json::object{{"items", std::move(items)}});
}

// Null members of an update mean "as it was", as the reference client sends them.
void merge(json::object& into, const json::object& changes) {
    for (const auto& [key, value] : changes) {
        if (value.is_null()) continue;
        auto* inner = into.if_contains(key);
        if (value.is_object() && inner && inner->is_object())
            merge(inner->get_object(), value.get_object());
        else
            into[key] = value;
    }
}

Response update(Call& call) {
    require_role(call, true);
    json::object document = load(call);
    const auto parsed = parse_json(call.request.body);
    json::object changes = as_object(parsed);
    changes.erase("name");
    changes.erase("status");
    merge(document, changes);
    set_state(call, document, "updating", "Endpoint is updating");
    store(call.hub, call.params.names.at(0), document);
    return json_response(document);
}

Response remove(Call& call) {
    require_role(call, true);
    load(call);
    call.hub.database.run("DELETE FROM endpoints WHERE namespace=? AND name=?",
                          {call.params.names.at(0), call.params.names.at(1)});
    return json_response(json::object());
}

Response change_state(Call& call, std::string_view state, std::string_view message) {
    require_role(call, true);
    json::object document = load(call);
    set_state(call, document, state, message);
    store(call.hub, call.params.names.at(0), document);
    return json_response(document);
}

// The deployed model itself: nothing but whether it is up, which clients look at before they use it.
Response deployed(Call& call) {
    require_role(call, false);
    const json::object document = load(call);
    const auto& state = document.at("status").as_object().at("state").as_string();
    if (state != "running") throw HttpError(503, "503 Service Unavailable");
    return json_response(json::object{{"status", "ok"}});
}

Response pause(Call& call) { return change_state(call, "paused", "Endpoint is paused"); }
Response resume(Call& call) { return change_state(call, "initializing", "Endpoint is initializing"); }
Response scale_to_zero(Call& call) { return change_state(call, "scaledToZero", "Endpoint scaled to zero"); }

}  // namespace

void add_endpoint_routes(Router& router) {
    router.add("endpoints", "GET", "/v2/endpoint/{name}", list);
    router.add("create_endpoint", "POST", "/v2/endpoint/{name}", create);
    router.add("endpoint", "GET", "/v2/endpoint/{name}/{name}", get);
    router.add("update_endpoint", "PUT", "/v2/endpoint/{name}/{name}", update);
    router.add("delete_endpoint", "DELETE", "/v2/endpoint/{name}/{name}", remove);
    router.add("pause_endpoint", "POST", "/v2/endpoint/{name}/{name}/pause", pause);
    router.add("resume_endpoint", "POST", "/v2/endpoint/{name}/{name}/resume", resume);
    router.add("deployed_endpoint", "GET", "/endpoints/{name}/{name}", deployed);
    router.add("deployed_endpoint", "GET", "/endpoints/{name}/{name}/health", deployed);
    router.add("scale_endpoint_to_zero", "POST", "/v2/endpoint/{name}/{name}/scale-to-zero", scale_to_zero);
}

}  // namespace hf::local_hub
