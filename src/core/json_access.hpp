#pragma once

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string_view.hpp>
#include <boost/json/value.hpp>

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace hf {

// Looking into JSON that may be anything.

/// The member at the end of the path; null if one of it is missing or what should have it is no object.
inline const boost::json::value* find_member(const boost::json::object& in,
                                             std::initializer_list<std::string_view> path) {
    const boost::json::object* at = &in;
    const boost::json::value* found = nullptr;
    for (const auto name : path) {
        found = at ? at->if_contains(name) : nullptr;
        if (!found) return nullptr;
        at = found->if_object();
    }
    return found;
}

/// The same of one member of what may be no object.
inline const boost::json::value* find_member(const boost::json::value& in, std::string_view name) {
    const auto* members = in.if_object();
    return members ? members->if_contains(name) : nullptr;
}

/// nullopt for null and for what is no text.
inline std::optional<std::string_view> text_of(const boost::json::value* value) {
    const auto* text = value ? value->if_string() : nullptr;
    if (!text) return std::nullopt;
    return std::string_view(text->data(), text->size());
}

/// `text` as a JSON string with its quotes.
inline std::string json_quoted(std::string_view text) {
    return boost::json::serialize(boost::json::string_view(text.data(), text.size()));
}

}  // namespace hf
