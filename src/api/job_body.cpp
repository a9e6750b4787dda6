#include "api/job_body.hpp"

#include "api/shared_calls.hpp"
#include "core/text.hpp"

#include <hf/core/error.hpp>
#include <hf/core/hash.hpp>

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace hf::detail {
namespace {

/// "acme/demo" of "https://huggingface.co/spaces/acme/demo"; empty for an image of Docker.
std::string_view space_of(std::string_view image) {
    for (const std::string_view prefix :
         {"https://huggingface.co/spaces/", "https://hf.co/spaces/", "huggingface.co/spaces/", "hf.co/spaces/"}) {
        if (image.starts_with(prefix)) return image.substr(prefix.size());
    }
    return {};
}

/// Seconds of "90", "5m", "1.5h" or "2d".
std::int64_t seconds_of(std::string_view timeout) {
    double number = 0;
    const char* end = timeout.data() + timeout.size();
    const auto [rest, error] = std::from_chars(timeout.data(), end, number, std::chars_format::fixed);
    const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
    const double factor = unit.empty() || unit == "s" ? 1
                          : unit == "m"               ? 60
                          : unit == "h"               ? 3600
                          : unit == "d"               ? 86400
                                                      : 0;
    // A hundred years are far beyond what the Hub lets run and far from the end of integers.
    if (error != std::errc() || factor == 0 || number < 0 || number * factor > 3.2e9)
        throw_validation("timeout",
                         "timeout must be as \"90\", \"5m\", \"1.5h\" or \"2d\", not '" + std::string(timeout) + "'");
    return static_cast<std::int64_t>(number * factor);
}

json::object labels_json(std::string_view image, const std::vector<std::string>& command,
                         const RunJobOptions& options) {
    json::object out;
    if (options.labels) out = *options.labels;
    if (options.name && out.contains("name"))
        throw_validation("name", "The name of a job is given twice: as `name` and as a label");
    if (options.name)
        out["name"] = *options.name;
    else if (!out.contains("name"))
        out["name"] = job_name(image, command);
    return out;
}

json::object network_json(const RunJobOptions& options) {
    json::object out;
    out["group"] = *options.network_group;
    if (options.network_aliases.given()) out["aliases"] = json::to_value(options.network_aliases.to_vector());
    return out;
}

}  // namespace

std::string job_name(std::string_view image, const std::vector<std::string>& command) {
    std::string_view shown = space_of(image);
    if (shown.empty()) shown = image.substr(image.rfind('/') + 1);
    std::string out;
    for (const char c : shown) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (plain || !out.ends_with('-')) out += plain ? c : '-';
    }
    Sha256 hash;
    hash.update(image);
    for (const auto& word : command) {
        hash.update(std::string_view("\0", 1));
        hash.update(word);
    }
    return out + "-" + hash.hex().substr(0, 8);
}

std::string text_of_label(const json::value& value) {
    return value.is_string() ? std::string(value.get_string()) : boost::json::serialize(value);
}

json::object ports_json(std::span<const std::int64_t> expose, std::span<const std::int64_t> expose_public) {
    json::array all, open;
    const auto add = [](json::array& to, std::int64_t port) {
        if (std::ranges::find(to, json::value(port)) == to.end()) to.emplace_back(port);
    };
    for (const auto port : expose) add(all, port);
    for (const auto port : expose_public) {
        add(all, port);
        add(open, port);
    }
    json::object out;
    out["ports"] = std::move(all);
    out["portsPublic"] = std::move(open);
    return out;
}

json::object job_body(std::string_view image, const std::vector<std::string>& command, const RunJobOptions& options) {
    require("image", image);
    if (options.network_aliases.given() && !options.network_group)
        throw_validation("network_aliases", "network_aliases need a network_group");
    json::object out;
    out["command"] = json::to_value(command);
    out["arguments"] = json::array();
    out["environment"] = options.env ? *options.env : json::object();
    out["flavor"] = options.flavor.value_or("cpu-basic");
    if (options.attempts) out["attempts"] = *options.attempts;
    if (options.secrets) out["secrets"] = *options.secrets;
    if (options.timeout) out["timeoutSeconds"] = seconds_of(*options.timeout);
    out["labels"] = labels_json(image, command, options);
    if (options.volumes) out["volumes"] = volumes_json(*options.volumes);
    if (!options.expose.empty() || !options.expose_public.empty())
        out["expose"] = ports_json(options.expose, options.expose_public);
    if (options.ssh) {
        json::object ssh;
        ssh["enabled"] = true;
        out["ssh"] = std::move(ssh);
    }
    if (options.network_group) out["network"] = network_json(options);
    if (options.resource_group_id) out["resourceGroupId"] = *options.resource_group_id;
    if (const auto space = space_of(image); !space.empty())
        out["spaceId"] = space;
    else
        out["dockerImage"] = image;
    return out;
}

}  // namespace hf::detail
