#pragma once

#include <hf/core/datetime.hpp>
#include <hf/core/json.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace hf {

/// Whether access to a repository must be requested, and who grants it.
enum class Gated {
    no,
    automatic,  ///< "auto": granted at once
    manual,     ///< granted by the owner
    unknown,
};

namespace json {

/// Dates are strings; those of the Hub have milliseconds. An empty string is no date.
template <>
struct Codec<Timestamp> {
    static Timestamp from(const value& json);
    static value to(Timestamp time);
};
template <>
struct Codec<std::optional<Timestamp>> {
    static std::optional<Timestamp> from(const value& json);
    static value to(const std::optional<Timestamp>& time) { return time ? Codec<Timestamp>::to(*time) : value(); }
};

/// false, "auto" or "manual".
template <>
struct Codec<Gated> {
    static Gated from(const value& json);
    static value to(Gated gated);
};

}  // namespace json

namespace detail {
/// For `hf_wire_name` of types whose members have the same names on the wire.
template <class... Names>
constexpr std::string_view verbatim(std::string_view member, Names... names) {
    return ((member == names) || ...) ? member : std::string_view();
}
}  // namespace detail

}  // namespace hf
