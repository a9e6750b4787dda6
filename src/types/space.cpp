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

struct WireRuntime {
    std::string stage;
    std::optional<WireHardware> hardware;
    std::optional<std::int64_t> gc_timeout;
    std::optional<std::string> storage;
    object extra;
};
BOOST_DESCRIBE_STRUCT(WireRuntime, (), (stage, hardware, gc_timeout, storage))
constexpr bool hf_is_identity(std::type_identity<WireRuntime>, std::string_view) { return false; }

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
    out.raw = json.get_object();
    return out;
}

}  // namespace hf::json
