#pragma once

#include "local_hub/http/json_body.hpp"
#include "local_hub/http/message.hpp"
#include "local_hub/rules/hub.hpp"

namespace hf::local_hub {

/// Members of a repository's info that come from the catalogue alone.
json::object repo_summary(const Repo& repo);
/// "gated": false, "auto" or "manual".
json::value gated_value(const Repo& repo);
/// The text of `object` with one more member whose JSON is at hand.
std::string with_member(const json::object& object, std::string_view name, std::string_view member_json);
/// The values of "expand[]" and "expand", comma lists split.
std::vector<std::string> expansions(const Query& query);

}  // namespace hf::local_hub
