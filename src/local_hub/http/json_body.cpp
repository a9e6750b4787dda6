#include "local_hub/http/json_body.hpp"

#include "local_hub/http/http_error.hpp"

#include <boost/json/parse.hpp>

#include <string>

namespace hf::local_hub {

json::value parse_json(std::string_view text) {
    boost::system::error_code failed;
    json::value out = json::parse({text.data(), text.size()}, failed);
    if (failed) throw bad_request("Invalid JSON: " + failed.message());
    return out;
}

const json::object& as_object(const json::value& value, std::string_view what) {
    if (const auto* object = value.if_object()) return *object;
    throw bad_request("\"" + std::string(what) + "\" must be an object");
}

std::optional<std::string_view> string_member(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    if (!value || value->is_null()) return std::nullopt;
    const auto* text = value->if_string();
    if (!text) throw bad_request("\"" + std::string(name) + "\" must be a string");
    return std::string_view(text->data(), text->size());
}

std::string_view required_string(const json::object& object, std::string_view name) {
    if (const auto text = string_member(object, name)) return *text;
    throw bad_request("\"" + std::string(name) + "\" is required");
}

std::optional<bool> bool_member(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    if (!value || value->is_null()) return std::nullopt;
    if (!value->is_bool()) throw bad_request("\"" + std::string(name) + "\" must be a boolean");
    return value->get_bool();
}

std::optional<std::uint64_t> size_member(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    if (!value || value->is_null()) return std::nullopt;
    boost::system::error_code failed;
    const auto number = value->to_number<std::uint64_t>(failed);
    if (failed) throw bad_request("\"" + std::string(name) + "\" must be a whole number");
    return number;
}

}  // namespace hf::local_hub
