#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace hf::local_hub {

namespace json = boost::json;

/// Of a JSON body or a line of a commit. All throw 400 naming the member; null is absent.
json::value parse_json(std::string_view text);
const json::object& as_object(const json::value& value, std::string_view what = "body");
std::optional<std::string_view> string_member(const json::object& object, std::string_view name);
std::string_view required_string(const json::object& object, std::string_view name);
std::optional<bool> bool_member(const json::object& object, std::string_view name);
std::optional<std::uint64_t> size_member(const json::object& object, std::string_view name);

}  // namespace hf::local_hub
