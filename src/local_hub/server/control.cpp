#include "local_hub/server/control.hpp"

#include "local_hub/data/hmac.hpp"
#include "local_hub/http/http_error.hpp"
#include "local_hub/http/json_body.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace hf::local_hub {
namespace {

constexpr std::array<std::pair<std::string_view, FaultKind>, 8> fault_kinds{{
    {"status", FaultKind::status},
    {"reset", FaultKind::reset},
    {"truncate", FaultKind::truncate},
    {"stall", FaultKind::stall},
    {"corrupt", FaultKind::corrupt},
    {"headers", FaultKind::headers},
    {"delay", FaultKind::delay},
    {"reset_upload", FaultKind::reset_upload},
}};

FaultKind fault_kind(std::string_view name) {
    for (const auto& [text, kind] : fault_kinds)
        if (text == name) return kind;
    throw bad_request("unknown kind of fault: " + std::string(name));
}

std::chrono::milliseconds milliseconds(const json::object& object, std::string_view name) {
    return std::chrono::milliseconds(size_member(object, name).value_or(0));
}

// A misspelt member would make a test pass for nothing.
void allow_only(const json::object& object, std::initializer_list<std::string_view> names) {
    for (const auto& [name, value] : object)
        if (std::ranges::find(names, std::string_view(name)) == names.end())
            throw bad_request("unknown member: " + std::string(name));
}

Fault fault(const json::object& object) {
    allow_only(object, {"kind", "route", "method", "path_contains", "skip", "times", "at_byte", "status", "body",
                        "delay_ms", "fields"});
    Fault out(fault_kind(required_string(object, "kind")));
    out.route = string_member(object, "route").value_or("");
    out.method = string_member(object, "method").value_or("");
    out.path_contains = string_member(object, "path_contains").value_or("");
    out.skip = size_member(object, "skip").value_or(0);
    out.times = size_member(object, "times").value_or(1);
    out.at_byte = size_member(object, "at_byte").value_or(0);
    out.status = static_cast<unsigned>(size_member(object, "status").value_or(503));
    out.body = string_member(object, "body").value_or("");
    out.delay = milliseconds(object, "delay_ms");
    if (const auto* fields = object.if_contains("fields")) {
        const auto& members = as_object(*fields, "fields");
        for (const auto& [name, value] : members) out.fields.emplace_back(name, required_string(members, name));
    }
    return out;
}

std::optional<Quota> quota(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    if (!value || value->is_null()) return std::nullopt;
    const auto& members = as_object(*value, name);
    allow_only(members, {"requests", "window_s"});
    return Quota(size_member(members, "requests").value_or(0),
                 std::chrono::seconds(size_member(members, "window_s").value_or(300)));
}

Scenario scenario(const json::object& object) {
    allow_only(object,
               {"latency_ms", "connection_bytes_per_second", "total_bytes_per_second", "collapse_above",
                "collapsed_bytes_per_second", "cap_lfs_only", "api_quota", "resolver_quota", "page_quota", "faults"});
    Scenario out;
    out.latency = milliseconds(object, "latency_ms");
    out.connection_bytes_per_second = size_member(object, "connection_bytes_per_second").value_or(0);
    out.total_bytes_per_second = size_member(object, "total_bytes_per_second").value_or(0);
    out.collapse_above = size_member(object, "collapse_above").value_or(0);
    out.collapsed_bytes_per_second =
        size_member(object, "collapsed_bytes_per_second").value_or(out.collapsed_bytes_per_second);
    out.cap_lfs_only = bool_member(object, "cap_lfs_only").value_or(false);
    out.api_quota = quota(object, "api_quota");
    out.resolver_quota = quota(object, "resolver_quota");
    out.page_quota = quota(object, "page_quota");
    if (const auto* faults = object.if_contains("faults")) {
        if (!faults->is_array()) throw bad_request("\"faults\" must be an array");
        for (const auto& item : faults->get_array()) out.faults.push_back(fault(as_object(item, "faults")));
    }
    return out;
}

json::object counters(const ServerContext& context) {
    const LocalHubCounters now = context.counters.get();
    json::object requests, statuses;
    for (const auto& [route, count] : now.requests) requests[route] = count;
    for (const auto& [status, count] : now.statuses) statuses[std::to_string(status)] = count;
    return {{"requests", requests},
            {"statuses", statuses},
            {"total", now.total},
            {"bytes_received", now.bytes_received},
            {"bytes_sent", now.bytes_sent},
            {"connections_accepted", now.connections_accepted},
            {"connections_open", now.connections_open},
            {"storage_authorizations", now.storage_authorizations},
            {"faults_injected", context.scenario.injected()},
            {"xet_pending", context.hub.identifier.pending()}};
}

void add_user(ServerContext& context, const json::object& body) {
    Accounts& accounts = context.hub.accounts;
    const std::string name(required_string(body, "name"));
    accounts.ensure(name, false);
    if (const auto* organizations = body.if_contains("organizations"); organizations && organizations->is_array())
        for (const auto& item : organizations->get_array()) {
            const auto& organization = as_object(item, "organizations");
            accounts.ensure(required_string(organization, "name"), true);
            accounts.set_role(required_string(organization, "name"), name,
                              string_member(organization, "role").value_or("admin"));
        }
    if (const auto token = string_member(body, "token"))
        accounts.add_token(name, *token, string_member(body, "role").value_or("write"), "control");
}

// A page in the user's browser can send anything to loopback, but no foreign Authorization, and not without Origin.
void check_sender(const Hub& hub, const Request& request) {
    if (request.find("Origin")) throw forbidden("Forbidden: web pages may not steer the hub");
    constexpr std::string_view scheme = "Bearer ";
    const auto given = request.field("Authorization");
    if (!given.starts_with(scheme) || !equal_in_constant_time(given.substr(scheme.size()), hub.control_token))
        throw HttpError(401, "the control token is missing or wrong");
    if (!request.body.empty() && !request.field("Content-Type").starts_with("application/json"))
        throw HttpError(415, "the body must be application/json");
}

}  // namespace

Response control(ServerContext& context, const Request& request) {
    try {
        check_sender(context.hub, request);
        const std::string what = request.method + " " + request.path.substr(request.path.rfind('/') + 1);
        if (what == "GET counters") return json_response(counters(context));
        if (what == "DELETE counters") {
            context.counters.reset();
            return json_response(json::object{});
        }
        if (what != "PUT scenario" && what != "POST users") throw not_found("no such control");
        const auto parsed = parse_json(request.body);
        const auto& body = as_object(parsed);
        if (what == "PUT scenario") {
            const Scenario wanted = scenario(body);
            context.quotas.set_scenario(wanted);
            context.scenario.set(wanted);
            return json_response(json::object{});
        }
        add_user(context, body);
        return json_response(json::object{});
    } catch (const std::exception& failure) {
        return error_response(http_error_of(failure), true);
    }
}

}  // namespace hf::local_hub
