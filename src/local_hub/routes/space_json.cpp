#include "local_hub/routes/space_json.hpp"

#include "core/text.hpp"
#include "local_hub/data/clock.hpp"
#include "local_hub/http/http_error.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>

namespace hf::local_hub {
namespace {

// The Hub's host name of a Space: "namespace-name" in lower case, other characters as dashes.
std::string subdomain(const Repo& repo) {
    std::string out = to_lower(repo.full_id);
    std::ranges::replace_if(
        out, [](char c) { return !((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')); }, '-');
    return out;
}

json::value text_or_null(const std::string& text) { return text.empty() ? json::value() : json::value(text); }

struct SpaceRow {
    std::string stage, hardware, requested, storage, sleep_time;
};

SpaceRow row_of(Hub& hub, const Repo& repo) {
    SpaceRow out;
    hub.database.row("SELECT stage, hardware, requested, storage, sleep_time FROM spaces WHERE repo_id=?", {repo.id},
                     [&](const Row& row) {
                         out = {row.text(0), row.text(1), row.text(2), row.text(3), row.text(4)};
                     });
    return out;
}

std::string app_file(const Repo& repo) {
    if (repo.sdk == "docker") return "Dockerfile";
    if (repo.sdk == "static") return "index.html";
    if (!repo.card.empty()) {
        const auto card = json::parse(repo.card);
        if (const auto* named = card.as_object().if_contains("app_file"); named && named->is_string())
            return std::string(named->get_string());
    }
    return "app.py";
}

std::string running_stage(Hub& hub, const Repo& repo) {
    return hub.git.listing(repo.oid, repo.sha)->find(app_file(repo)) ? "RUNNING" : "NO_APP_FILE";
}

}  // namespace

json::object space_runtime(Hub& hub, const Repo& repo) {
    const SpaceRow row = row_of(hub, repo);
    const std::string stage = row.stage.empty() || row.stage == "RUNNING" ? running_stage(hub, repo) : row.stage;
    const json::object replicas{{"current", stage == "RUNNING" ? 1 : 0}, {"requested", 1}};
    // Files that are served as they are need no machine.
    if (repo.sdk == "static")
        return {{"stage", stage},
                {"hardware", json::object{{"current", nullptr}, {"requested", nullptr}}},
                {"storage", text_or_null(row.storage)},
                {"replicas", replicas},
                {"devMode", false},
                {"domains", json::array()}};
    const std::string requested = row.requested.empty() ? "cpu-basic" : row.requested;
    json::value current;
    if (stage == "RUNNING") current = json::value(requested);
    // Two days on free hardware, never (null) where it was set to a negative number.
    json::value timeout = 172800;
    if (!row.sleep_time.empty()) timeout = std::stoll(row.sleep_time) < 0 ? json::value() : std::stoll(row.sleep_time);
    return {{"stage", stage},
            {"hardware", json::object{{"current", current}, {"requested", requested}}},
            {"storage", text_or_null(row.storage)},
            {"gcTimeout", timeout},
            {"replicas", replicas},
            {"devMode", false},
            {"domains", json::array()}};
}

void add_space_members(Hub& hub, const Repo& repo, json::object& info) {
    const std::string name = subdomain(repo);
    info["subdomain"] = name;
    info["host"] = "https://" + name + (repo.sdk == "static" ? ".static.hf.space" : ".hf.space");
    info["sdk"] = text_or_null(repo.sdk);
    info["runtime"] = space_runtime(hub, repo);
    for (const char* kind : {"models", "datasets"}) {
        info[kind] = json::array();
        if (repo.card.empty()) continue;
        const auto card = json::parse(repo.card);
        const auto* named = card.as_object().if_contains(kind);
        if (named && named->is_array()) info[kind] = *named;
        if (named && named->is_string()) info[kind] = json::array{*named};
    }
}

void set_space_column(Hub& hub, const Repo& repo, std::string_view column, std::string_view value) {
    hub.database.transaction([&] {
        hub.database.run("INSERT INTO spaces(repo_id, stage) VALUES(?, '') ON CONFLICT DO NOTHING", {repo.id});
        hub.database.run("UPDATE spaces SET " + std::string(column) + "=? WHERE repo_id=?",
                         {value.empty() && column != "stage" ? SqlValue(nullptr) : sql_text(value), repo.id});
    });
}

void set_space_value(Hub& hub, const Repo& repo, bool secret, const json::object& body) {
    const auto key = required_string(body, "key");
    const auto value = required_string(body, "value");
    const auto description = string_member(body, "description");
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    };
    if (key.empty() || !std::ranges::all_of(key, fits) || (key[0] >= '0' && key[0] <= '9'))
        throw bad_request("Invalid key: " + std::string(key));
    hub.database.run(
        "INSERT INTO space_values(repo_id, secret, key, value, description, updated_at) "
        "VALUES(?,?,?,?,?,?) ON CONFLICT DO UPDATE SET value=excluded.value, "
        "description=excluded.description, updated_at=excluded.updated_at",
        {repo.id, sql_bool(secret), sql_text(key), sql_text(value),
         description ? sql_text(*description) : SqlValue(nullptr), next_ms()});
}

void apply_space_settings(Hub& hub, const Repo& repo, const json::object& body) {
    if (const auto hardware = string_member(body, "hardware")) set_space_column(hub, repo, "requested", *hardware);
    if (const auto tier = string_member(body, "storageTier")) set_space_column(hub, repo, "storage", *tier);
    if (const auto* seconds = body.if_contains("sleepTimeSeconds"); seconds && seconds->is_int64())
        set_space_column(hub, repo, "sleep_time", std::to_string(seconds->get_int64()));
    for (const bool secret : {true, false}) {
        const auto* values = body.if_contains(secret ? "secrets" : "variables");
        if (!values || !values->is_array()) continue;
        for (const auto& item : values->get_array()) set_space_value(hub, repo, secret, as_object(item, "secrets"));
    }
}

}  // namespace hf::local_hub
