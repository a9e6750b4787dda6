#pragma once

#include <hf/core/error.hpp>
#include <hf/core/json_codec.hpp>
#include <hf/core/json_record.hpp>
#include <hf/core/json_values.hpp>

#include <boost/json/monotonic_resource.hpp>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

/// JSON to structs and back. A struct is described once with BOOST_DESCRIBE_STRUCT; then
///
/// - members are named in camelCase on the wire, a trailing underscore dropped (`private_`); a type
///   overrides single names with `constexpr std::string_view hf_wire_name(std::type_identity<T>,
///   std::string_view member)`, returning "" for the default, "a|b" where b is accepted as well, and "-"
///   for a member that is not on the wire;
/// - `std::optional` may be absent or null (a struct also {}) and is left out when empty; vectors and maps may be
///   absent or null and are then empty; every other member is required;
/// - a wrong type or missing member throws InvalidResponseError naming its path, as in "siblings[3].size";
/// - a struct with a member `boost::json::object extra` (not described) describes an answer, requires only what
///   identifies it, and loses nothing. Its identity is its first member if that is no optional, or those members for
///   which `constexpr bool hf_is_identity(std::type_identity<T>, std::string_view member)` is true. Any other member
///   that is missing or cannot be read keeps its default (of a list or map what can be read). `extra` has unknown
///   members, the raw value of a member that the struct could not take in as it is (null, [], a date that is none,
///   an enumerator unknown to us), and a null under the name of a member that came under its second spelling. Such
///   a struct is written without its empty members, and with `extra`;
/// - `void hf_decoded(T&)`, if there is one, is called after a T was read: to fill members that are not on
///   the wire from `extra`. It may throw DecodeError.
namespace hf::json {

/// Parses `text` strictly (one value, depth limit 64, numbers within the range of double). Throws InvalidResponseError.
/// Only broken characters are forgiven: halves of surrogate pairs ("\\ud83d", as JavaScript writes a text that was cut
/// within an emoji) and bytes that are no UTF-8 are read as U+FFFD.
value parse(std::string_view text, boost::json::storage_ptr storage = {});
/// The same; nullopt instead of an error.
std::optional<value> try_parse(std::string_view text);

/// Parses `text` and passes it to `convert`. The tree lives in one arena that is freed as a whole: half
/// the time of `convert(parse(text))`. `convert` must not keep references into it.
template <class F>
auto parse_as(std::string_view text, F&& convert) {
    std::array<unsigned char, 16 * 1024> buffer;  // one model of a list; larger texts go to the heap
    boost::json::monotonic_resource arena(buffer.data(), buffer.size());
    return std::forward<F>(convert)(static_cast<const value&>(parse(text, &arena)));
}
std::string serialize(const value& json);

/// Throws InvalidResponseError.
template <class T>
T from_value(const value& json) {
    try {
        return Codec<T>::from(json);
    } catch (const DecodeError& error) {
        error.raise();
    }
}

/// The elements of a list; none of null. Throws InvalidResponseError.
const array& array_or_null(const value& json);

template <class T>
value to_value(const T& data) {
    return Codec<T>::to(data);
}

}  // namespace hf::json
