#include <hf/net/transport.hpp>

#include "core/text.hpp"

#include <algorithm>

namespace hf::net {

std::string_view to_string(Method method) noexcept {
    switch (method) {
        case Method::get: return "GET";
        case Method::head: return "HEAD";
        case Method::post: return "POST";
        case Method::put: return "PUT";
        case Method::patch: return "PATCH";
        case Method::delete_: return "DELETE";
    }
    return "GET";
}

void Fields::add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }

void Fields::set(std::string name, std::string value) {
    const auto first = std::ranges::find_if(fields_, [&](const Field& field) { return iequals(field.first, name); });
    if (first == fields_.end()) return add(std::move(name), std::move(value));
    first->second = std::move(value);
    const auto rest =
        std::remove_if(first + 1, fields_.end(), [&](const Field& field) { return iequals(field.first, name); });
    fields_.erase(rest, fields_.end());
}

void Fields::erase(std::string_view name) {
    std::erase_if(fields_, [&](const Field& field) { return iequals(field.first, name); });
}

std::optional<std::string_view> Fields::find(std::string_view name) const noexcept {
    for (const auto& [key, value] : fields_)
        if (iequals(key, name)) return std::string_view(value);
    return std::nullopt;
}

std::string Fields::combined(std::string_view name) const {
    std::string out;
    bool first = true;
    for (const auto& [key, value] : fields_) {
        if (!iequals(key, name)) continue;
        if (!first) out += ", ";
        out += value;
        first = false;
    }
    return out;
}

}  // namespace hf::net
