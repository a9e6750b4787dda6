#pragma once

#include "hub.hpp"

namespace hf::local_hub {

/// The runtime of a Space as the Hub describes it.
json::object space_runtime(Hub& hub, const Repo& repo);
/// Members of a Space's info: subdomain, host, runtime, models, datasets.
void add_space_members(Hub& hub, const Repo& repo, json::object& info);

}  // namespace hf::local_hub
