#pragma once

#include "local_hub/http/json_body.hpp"
#include "local_hub/rules/hub.hpp"

namespace hf::local_hub {

/// The runtime of a Space as the Hub describes it. Nothing runs here: builds end, and hardware arrives,
/// the moment they are asked for.
json::object space_runtime(Hub& hub, const Repo& repo);
/// Members of a Space's info: subdomain, host, runtime, models, datasets.
void add_space_members(Hub& hub, const Repo& repo, json::object& info);
/// The space members of a request that creates or duplicates a Space: hardware, storageTier,
/// sleepTimeSeconds, secrets, variables.
void apply_space_settings(Hub& hub, const Repo& repo, const json::object& body);
/// Sets one column of the spaces table, creating the row.
void set_space_column(Hub& hub, const Repo& repo, std::string_view column, std::string_view value);
/// A secret or variable.
void set_space_value(Hub& hub, const Repo& repo, bool secret, const json::object& body);

}  // namespace hf::local_hub
