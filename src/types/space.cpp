#include <hf/types/space.hpp>

namespace hf::json {
namespace {

// What an answer says of a Space's runtime, as the Hub nests it.
struct WireHardware {
    std::optional<std::string> current;
    std::optional<std::string> requested;
    object extra;
};
BOOST_DESCRIBE_STRUCT(WireHardware, (), (current, requested))

struct WireReloading {
    std::string status;
    std::vector<std::vector<std::optional<std::string>>> replica_statuses;
    object extra;
};
BOOST_DESCRIBE_STRUCT(WireReloading, (), (status, replica_statuses))

struct WireRuntime {
    std::string stage;
    std::optional<WireHardware> hardware;
    std::optional<std::int64_t> gc_timeout;
    std::optional<std::string> storage;
    std::optional<bool> dev_mode;
    std::optional<object> hot_reloading;
    std::optional<std::vector<Volume>> volumes;
    object extra;
};
BOOST_DESCRIBE_STRUCT(WireRuntime, (), (stage, hardware, gc_timeout, storage, dev_mode, hot_reloading, volumes))
constexpr bool hf_is_identity(std::type_identity<WireRuntime>, std::string_view) { return false; }

SpaceHotReloading reloading_of(const object& json) {
    WireReloading wire = Codec<WireReloading>::from(json);
    SpaceHotReloading out;
    out.status = std::move(wire.status);
    out.replica_statuses = std::move(wire.replica_statuses);
    out.raw = json;
    return out;
}

}  // namespace

SpaceRuntime Codec<SpaceRuntime>::from(const value& json) {
    WireRuntime wire = Codec<WireRuntime>::from(json);
    SpaceRuntime out;
    out.stage = std::move(wire.stage);
    if (wire.hardware) {
        out.hardware = std::move(wire.hardware->current);
        out.requested_hardware = std::move(wire.hardware->requested);
    }
    out.sleep_time = wire.gc_timeout;
    out.storage = std::move(wire.storage);
    out.dev_mode = wire.dev_mode.value_or(false);
    if (wire.hot_reloading) out.hot_reloading = reloading_of(*wire.hot_reloading);
    out.volumes = std::move(wire.volumes);
    out.raw = json.get_object();
    return out;
}

}  // namespace hf::json
