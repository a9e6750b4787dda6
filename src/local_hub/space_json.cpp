#include "space_json.hpp"

#include <algorithm>

namespace hf::local_hub {
namespace {

// The Hub's host name of a Space: "namespace-name" in lower case, other characters as dashes.
std::string subdomain(const Repo& repo) {
    std::string out = lower(repo.full_id);
    std::ranges::replace_if(
        out, [](char c) { return !((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')); }, '-');
    return out;
}

json::value text_or_null(const std::string& text) { return text.empty() ? json::value() : json::value(text); }

}  // namespace

json::object space_runtime(Hub& hub, const Repo& repo) {
    const auto column = [&](const char* name) {
        return hub.database.text("SELECT " + std::string(name) + " FROM spaces WHERE repo_id=?", {repo.id});
    };
    // Nothing runs here: a Space without a row was created and has not been asked to do anything.
    std::string stage = column("stage");
    if (stage.empty()) stage = repo.sdk == "static" ? "RUNNING" : "NO_APP_FILE";
    const std::string current = column("hardware");
    const std::string requested = column("requested");
    const std::string sleep_time = column("sleep_time");
    json::object out{{"stage", stage},
                     {"hardware", json::object{{"current", text_or_null(current)},
                                               {"requested", requested.empty() ? json::value("cpu-basic")
                                                                               : json::value(requested)}}},
                     {"storage", text_or_null(column("storage"))},
                     {"replicas", json::object{{"current", 1}, {"requested", 1}}},
                     {"gcTimeout", sleep_time.empty() ? json::value(172800) : json::value(std::stoll(sleep_time))}};
    return out;
}

void add_space_members(Hub& hub, const Repo& repo, json::object& info) {
    const std::string name = subdomain(repo);
    info["subdomain"] = name;
    info["host"] = "https://" + name + (repo.sdk == "static" ? ".static.hf.space" : ".hf.space");
    info["sdk"] = text_or_null(repo.sdk);
    info["runtime"] = space_runtime(hub, repo);
    info["models"] = json::array();
    info["datasets"] = json::array();
}

}  // namespace hf::local_hub
