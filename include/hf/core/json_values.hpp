#pragma once

#include <hf/core/json_record.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

/// Numbers, texts and containers as JSON.
namespace hf::json {

template <>
struct Codec<value> {
    // A plain copy would stay in the arena of `parse_as`.
    static value from(const value& json) { return value(json, boost::json::storage_ptr()); }
    static value to(const value& json) { return json; }
};

template <>
struct Codec<object> {
    static object from(const value& json) {
        if (json.is_null()) return {};
        if (!json.is_object()) throw_type("an object", json);
        return object(json.get_object(), boost::json::storage_ptr());
    }
    static value to(const object& json) { return json; }
};

template <>
struct Codec<bool> {
    static bool from(const value& json) {
        if (!json.is_bool()) throw_type("true or false", json);
        return json.get_bool();
    }
    static value to(bool data) { return value(data); }
};

template <class T>
    requires(std::is_integral_v<T> && !std::is_same_v<T, bool>)
struct Codec<T> {
    static T from(const value& json) {
        if (const auto* number = json.if_int64(); number && std::in_range<T>(*number)) return static_cast<T>(*number);
        if (const auto* number = json.if_uint64(); number && std::in_range<T>(*number)) return static_cast<T>(*number);
        // Some services spell whole numbers as 1e3 or 3.0.
        if (const auto* number = json.if_double(); number && *number >= -0x1p63 && *number < 0x1p63) {
            const auto whole = static_cast<std::int64_t>(*number);
            if (static_cast<double>(whole) == *number && std::in_range<T>(whole)) return static_cast<T>(whole);
        }
        throw_type("a whole number in range", json);
    }
    static value to(T data) {
        if constexpr (std::is_signed_v<T>)
            return value(static_cast<std::int64_t>(data));
        else
            return value(static_cast<std::uint64_t>(data));
    }
};

template <>
struct Codec<double> {
    static double from(const value& json) {
        if (!json.is_number()) throw_type("a number", json);
        return json.to_number<double>();
    }
    static value to(double data) { return value(data); }
};

template <>
struct Codec<std::string> {
    static std::string from(const value& json) {
        const auto* text = json.if_string();
        if (!text) throw_type("a string", json);
        return std::string(text->data(), text->size());
    }
    static value to(const std::string& data) { return value(data); }
};

template <class T>
struct Codec<std::optional<T>> {
    static std::optional<T> from(const value& json) {
        if (json.is_null()) return std::nullopt;
        if constexpr (detail::described<T>) {
            if (json.is_object() && json.get_object().empty()) return std::nullopt;
        }
        return Codec<T>::from(json);
    }
    static value to(const std::optional<T>& data) { return data ? Codec<T>::to(*data) : value(); }
};

template <class T>
struct Codec<std::vector<T>> {
    static std::vector<T> from(const value& json) {
        std::vector<T> out;
        if (json.is_null()) return out;
        const array* items = json.if_array();
        if (!items) throw_type("an array", json);
        out.reserve(items->size());
        for (const auto& item : *items) {
            try {
                out.push_back(Codec<T>::from(item));
            } catch (DecodeError& error) {
                error.inside(out.size());
                throw;
            }
        }
        return out;
    }
    static value to(const std::vector<T>& data) {
        array out;
        out.reserve(data.size());
        for (const auto& item : data) out.push_back(Codec<T>::to(item));
        return out;
    }
};

template <class T>
struct Codec<std::map<std::string, T>> {
    static std::map<std::string, T> from(const value& json) {
        std::map<std::string, T> out;
        if (json.is_null()) return out;
        const object* members = json.if_object();
        if (!members) throw_type("an object", json);
        for (const auto& [key, member] : *members) {
            try {
                out.emplace(std::string(key), Codec<T>::from(member));
            } catch (DecodeError& error) {
                error.inside(std::string_view(key.data(), key.size()));
                throw;
            }
        }
        return out;
    }
    static value to(const std::map<std::string, T>& data) {
        object out;
        for (const auto& [key, member] : data) out[key] = Codec<T>::to(member);
        return out;
    }
};

}  // namespace hf::json
