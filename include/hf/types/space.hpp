#pragma once

#include <hf/types/gated.hpp>

#include <boost/describe/class.hpp>

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

/// Where and how a Space runs.
struct SpaceRuntime {
    std::string stage;                              ///< see SpaceStage
    std::optional<std::string> hardware;            ///< see SpaceHardware; empty while first building
    std::optional<std::string> requested_hardware;  ///< may differ for a while after a request
    std::optional<std::int64_t> sleep_time;         ///< seconds without a visitor until the Space sleeps
    std::optional<std::string> storage;             ///< see SpaceStorage
    json::object raw;                               ///< the answer: replicas, domains, error messages, …
};
BOOST_DESCRIBE_STRUCT(SpaceRuntime, (), (stage, hardware, requested_hardware, sleep_time, storage, raw))

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

namespace json {
/// The Hub nests what SpaceRuntime has side by side; written is `raw`.
template <>
struct Codec<SpaceRuntime> {
    static SpaceRuntime from(const value& json);
    static value to(const SpaceRuntime& runtime) { return runtime.raw; }
};
}  // namespace json

}  // namespace hf
