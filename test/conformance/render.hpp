#pragma once

#include <hf/core/datetime.hpp>
#include <hf/core/json.hpp>

#include <boost/core/demangle.hpp>

#include <concepts>
#include <filesystem>
#include <map>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <tuple>
#include <typeinfo>
#include <variant>

/// What calls give, in the notation of the vectors: a described struct is an object with its `$type` and its
/// members in snake_case, dates are UTC with milliseconds, empty optionals are null.
namespace hf::conformance {

namespace json = boost::json;

/// How a type is rendered that is none of the usual ones; specialise with `static json::value render(const T&)`.
template <class T>
struct Rendering;

template <class T>
json::value render(const T& data);

/// The name of a class without its namespaces.
inline std::string type_name(const std::type_info& type) {
    std::string name = boost::core::demangle(type.name());
    return name.substr(name.rfind(':') + 1);
}

/// The described members of a struct and its `$type`; what the library keeps as `extra` is in `$extra`.
template <class T>
json::object render_members(const T& data) {
    namespace describe = boost::describe;
    json::object out;
    out["$type"] = type_name(typeid(T));
    using Members = describe::describe_members<T, describe::mod_public | describe::mod_inherited>;
    boost::mp11::mp_for_each<Members>([&](auto member) {
        std::string_view name = member.name;
        if (name.ends_with('_')) name.remove_suffix(1);
        out[name] = render(data.*member.pointer);
    });
    if constexpr (hf::json::detail::has_extra<T>) out["$extra"] = data.extra;
    return out;
}

namespace detail {
template <class T>
concept has_rendering = requires(const T& data) { Rendering<T>::render(data); };
template <class T>
concept map_like = requires { typename T::mapped_type; };
template <class T>
concept optional_like = requires(const T& data) {
    data.has_value();
    *data;
};
template <class T>
concept variant_like = requires(const T& data) { data.valueless_by_exception(); };
}  // namespace detail

template <class T>
json::value render(const T& data) {
    if constexpr (detail::has_rendering<T>) {
        return Rendering<T>::render(data);
    } else if constexpr (std::convertible_to<T, json::value> && !std::ranges::range<T>) {
        return data;
    } else if constexpr (std::same_as<T, json::object> || std::same_as<T, json::array>) {
        return data;
    } else if constexpr (std::convertible_to<const T&, std::string_view>) {
        return json::value(std::string_view(data));
    } else if constexpr (std::same_as<T, std::filesystem::path>) {
        return json::value(data.string());
    } else if constexpr (std::same_as<T, Timestamp>) {
        return json::value(to_iso(data));
    } else if constexpr (std::is_enum_v<T>) {
        return hf::json::to_value(data);
    } else if constexpr (detail::optional_like<T>) {
        return data ? render(*data) : json::value();
    } else if constexpr (detail::variant_like<T>) {
        return std::visit([](const auto& alternative) { return render(alternative); }, data);
    } else if constexpr (detail::map_like<T>) {
        json::object out;
        for (const auto& [name, value] : data) out[name] = render(value);
        return out;
    } else if constexpr (std::ranges::range<T>) {
        json::array out;
        for (const auto& item : data) out.push_back(render(item));
        return out;
    } else if constexpr (requires { std::tuple_size<T>::value; }) {
        json::array out;
        std::apply([&](const auto&... items) { (out.push_back(render(items)), ...); }, data);
        return out;
    } else {
        return render_members(data);
    }
}

}  // namespace hf::conformance
