#include "fuzz.hpp"

#include "local_hub/card/yaml.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

// Small enough that the fuzzer reaches them.
static constexpr hf::local_hub::YamlLimits limits{.bytes = 1u << 20, .depth = 8, .expanded = 4096};

static std::size_t depth_of(const boost::json::value& value) {
    std::size_t deepest = 0;
    if (const auto* items = value.if_array())
        for (const auto& item : *items) deepest = std::max(deepest, depth_of(item));
    if (const auto* members = value.if_object())
        for (const auto& member : *members) deepest = std::max(deepest, depth_of(member.value()));
    return value.is_structured() ? deepest + 1 : 0;
}

HFHUB_FUZZ_TARGET(input) {
    try {
        const auto value = hf::local_hub::read_yaml(input, limits);
        HFHUB_PROPERTY(depth_of(value) <= limits.depth);
        const std::string text = boost::json::serialize(value);
        HFHUB_PROPERTY(text.size() <= 6 * limits.expanded);
        boost::json::parse(text);  // what is stored can be read again
    } catch (const hf::local_hub::YamlError& error) {
        HFHUB_PROPERTY(error.line >= 1 && error.column >= 1);
        HFHUB_PROPERTY(std::string_view(error.what()).size() < 500);
    }
}
