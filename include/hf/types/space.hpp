#pragma once

#include <hf/types/gated.hpp>

#include <boost/describe/class.hpp>

#include <vector>

namespace hf {

/// What `SpaceRuntime::stage` can be. The Hub adds stages, so that a stage is a text.
struct SpaceStage {
    static constexpr std::string_view no_app_file = "NO_APP_FILE";
    static constexpr std::string_view config_error = "CONFIG_ERROR";
    static constexpr std::string_view building = "BUILDING";
    static constexpr std::string_view build_error = "BUILD_ERROR";
    static constexpr std::string_view running = "RUNNING";
    static constexpr std::string_view running_building = "RUNNING_BUILDING";
    static constexpr std::string_view runtime_error = "RUNTIME_ERROR";
    static constexpr std::string_view app_starting = "APP_STARTING";
    static constexpr std::string_view running_app_starting = "RUNNING_APP_STARTING";
    static constexpr std::string_view sleeping = "SLEEPING";
    static constexpr std::string_view deleting = "DELETING";
    static constexpr std::string_view stopped = "STOPPED";
    static constexpr std::string_view paused = "PAUSED";
};

/// Machines for Spaces that the reference names; the Hub has more, and any name is accepted.
struct SpaceHardware {
    static constexpr std::string_view cpu_basic = "cpu-basic";
    static constexpr std::string_view cpu_upgrade = "cpu-upgrade";
    static constexpr std::string_view t4_small = "t4-small";
    static constexpr std::string_view t4_medium = "t4-medium";
    static constexpr std::string_view zero_a10g = "zero-a10g";
    static constexpr std::string_view a10g_small = "a10g-small";
    static constexpr std::string_view a10g_large = "a10g-large";
    static constexpr std::string_view a10g_largex2 = "a10g-largex2";
    static constexpr std::string_view a10g_largex4 = "a10g-largex4";
    static constexpr std::string_view a100_large = "a100-large";
};

/// Sizes of persistent storage for Spaces.
struct SpaceStorage {
    static constexpr std::string_view small = "small";
    static constexpr std::string_view medium = "medium";
    static constexpr std::string_view large = "large";
};

/// A repository or bucket that a Space or job sees as a folder.
struct Volume {
    std::string type = "model";  ///< "model", "dataset", "space" or "bucket"
    std::string source;          ///< id of the repository or bucket
    std::string mount_path;      ///< absolute, in the container
    std::optional<std::string> revision;
    std::optional<bool> read_only;    ///< only buckets can be written to
    std::optional<std::string> path;  ///< folder of the source; not given: all of it
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(Volume, (), (type, source, mount_path, revision, read_only, path))
constexpr bool hf_is_identity(std::type_identity<Volume>, std::string_view member) { return member == "source"; }

/// How far a change of the running program has come, in a Space in dev mode.
struct SpaceHotReloading {
    std::string status;                                                     ///< "created" or "canceled"
    std::vector<std::vector<std::optional<std::string>>> replica_statuses;  ///< pairs: replica, status
    json::object raw;
};
BOOST_DESCRIBE_STRUCT(SpaceHotReloading, (), (status, replica_statuses, raw))

/// Where and how a Space runs.
struct SpaceRuntime {
    std::string stage;                              ///< see SpaceStage
    std::optional<std::string> hardware;            ///< see SpaceHardware; empty while first building
    std::optional<std::string> requested_hardware;  ///< may differ for a while after a request
    std::optional<std::int64_t> sleep_time;         ///< seconds without a visitor until the Space sleeps
    std::optional<std::string> storage;             ///< see SpaceStorage
    bool dev_mode = false;                          ///< an editor may change the running program
    std::optional<SpaceHotReloading> hot_reloading;
    std::optional<std::vector<Volume>> volumes;
    json::object raw;  ///< the answer: replicas, domains, error messages, …
};
BOOST_DESCRIBE_STRUCT(SpaceRuntime, (),
                      (stage, hardware, requested_hardware, sleep_time, storage, dev_mode, hot_reloading, volumes, raw))

/// A public setting of a Space.
struct SpaceVariable {
    std::string key;
    std::string value;
    std::optional<std::string> description;
    std::optional<Timestamp> updated_at;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(SpaceVariable, (), (key, value, description, updated_at))
/// Answers have the variables by their keys.
constexpr std::string_view hf_wire_name(std::type_identity<SpaceVariable>, std::string_view member) {
    return member == "key" ? "-" : "";
}

constexpr bool hf_is_identity(std::type_identity<SpaceVariable>, std::string_view) { return false; }

/// A secret of a Space, without its value, which nobody can read.
struct SpaceSecret {
    std::string key;
    std::optional<std::string> description;
    std::optional<Timestamp> updated_at;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(SpaceSecret, (), (key, description, updated_at))
constexpr std::string_view hf_wire_name(std::type_identity<SpaceSecret>, std::string_view member) {
    return member == "key" ? "-" : "";
}
constexpr bool hf_is_identity(std::type_identity<SpaceSecret>, std::string_view) { return false; }

/// What a Space can start from.
struct SpaceTemplate {
    std::string name;
    std::string repo_id;
    std::string sdk;
    bool preferred_private = false;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(SpaceTemplate, (), (name, repo_id, sdk, preferred_private))

/// A Space that search_spaces found.
struct SpaceSearchResult {
    std::string id;
    std::string author;
    std::string title;
    std::optional<std::string> emoji;
    std::optional<std::string> sdk;
    std::int64_t likes = 0;
    bool private_ = false;
    std::optional<std::vector<std::string>> tags;
    std::optional<SpaceRuntime> runtime;
    std::optional<std::string> ai_short_description;
    std::optional<std::string> ai_category;
    std::optional<double> semantic_relevancy_score;
    std::optional<double> trending_score;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(SpaceSearchResult, (),
                      (id, author, title, emoji, sdk, likes, private_, tags, runtime, ai_short_description, ai_category,
                       semantic_relevancy_score, trending_score))
constexpr std::string_view hf_wire_name(std::type_identity<SpaceSearchResult>, std::string_view member) {
    return detail::verbatim(member, "ai_short_description", "ai_category");
}

/// What an account may still use of shared GPUs today.
struct ZeroGpuQuota {
    double base = 0;                       ///< seconds of a day
    double remaining = 0;                  ///< seconds that are left
    std::optional<Timestamp> resets_at;    ///< empty while nothing is used
    std::optional<double> overquota_used;  ///< seconds beyond the quota
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(ZeroGpuQuota, (), (base, remaining, resets_at, overquota_used))
constexpr std::string_view hf_wire_name(std::type_identity<ZeroGpuQuota>, std::string_view member) {
    return member == "remaining" ? "current" : "";
}

/// The accelerator of a machine. All members as the Hub writes them: "1", "16 GB".
struct JobAccelerator {
    std::string type;  ///< "gpu"
    std::string model;
    std::string quantity;
    std::string vram;
    std::string manufacturer;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(JobAccelerator, (), (type, model, quantity, vram, manufacturer))

/// A machine for jobs and Spaces.
struct JobHardwareInfo {
    std::string name;  ///< "cpu-basic", as `flavor` and `hardware` of other calls
    std::string pretty_name;
    std::string cpu;                        ///< "2 vCPU"
    std::string ram;                        ///< "16 GB"
    std::string ephemeral_storage = "N/A";  ///< "50 GB"
    std::optional<JobAccelerator> accelerator;
    std::int64_t unit_cost_micro_usd = 0;
    double unit_cost_usd = 0;
    std::string unit_label;  ///< what the costs are for: "minute"
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(JobHardwareInfo, (),
                      (name, pretty_name, cpu, ram, ephemeral_storage, accelerator, unit_cost_micro_usd, unit_cost_usd,
                       unit_label))
constexpr std::string_view hf_wire_name(std::type_identity<JobHardwareInfo>, std::string_view member) {
    if (member == "unit_cost_micro_usd") return "unitCostMicroUSD";
    return member == "unit_cost_usd" ? "unitCostUSD" : "";
}

namespace json {
/// The Hub nests what SpaceRuntime has side by side; written is `raw`.
template <>
struct Codec<SpaceRuntime> {
    static SpaceRuntime from(const value& json);
    static value to(const SpaceRuntime& runtime) { return runtime.raw; }
};
}  // namespace json

}  // namespace hf
