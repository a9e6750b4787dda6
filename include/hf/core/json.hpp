#pragma once

#include <hf/core/error.hpp>

#include <boost/describe/enum_to_string.hpp>
#include <boost/describe/members.hpp>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/value.hpp>
#include <boost/mp11/algorithm.hpp>

#include <algorithm>
#include <array>
#include <bitset>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

/// JSON to structs and back. A struct is described once with BOOST_DESCRIBE_STRUCT; then
///
/// - members are named in camelCase on the wire, a trailing underscore dropped (`private_`); a type
///   overrides single names with `constexpr std::string_view hf_wire_name(std::type_identity<T>,
///   std::string_view member)`, returning "" for the default, "a|b" where b is accepted as well, and "-"
///   for a member that is not on the wire;
/// - `std::optional` may be absent or null (a struct also {}) and is left out when empty; vectors and maps may be
/// absent
///   or null and are then empty; every other member is required;
/// - a struct with a member `boost::json::object extra` (not described) describes an answer and loses
///   nothing: `extra` keeps unknown members, the raw value of a member that the struct could not take
///   in (null, [], an enumerator unknown to us), and a null under the name of a member that came under
///   its second spelling. Such a struct is written without its empty members, and with `extra`;
/// - `void hf_decoded(T&)`, if there is one, is called after a T was read: to fill members that are not on
///   the wire from `extra`. It may throw DecodeError;
/// - a wrong type or missing member throws InvalidResponseError naming its path, as in "siblings[3].size".
namespace hf::json {

using boost::json::array;
using boost::json::object;
using boost::json::value;

/// Conversion of one type. Specialise for types that are neither described nor handled below.
template <class T>
struct Codec;

template <class T>
T from_value(const value& json);

template <class T>
value to_value(const T& data);

/// Parses `text` strictly (one value, depth limit 64). Throws InvalidResponseError.
value parse(std::string_view text, boost::json::storage_ptr storage = {});

/// Parses `text` and passes it to `convert`. The tree lives in one arena that is freed as a whole: half
/// the time of `convert(parse(text))`. `convert` must not keep references into it.
template <class F>
auto parse_as(std::string_view text, F&& convert) {
    std::array<unsigned char, 16 * 1024> buffer;  // one model of a list; larger texts go to the heap
    boost::json::monotonic_resource arena(buffer.data(), buffer.size());
    return std::forward<F>(convert)(static_cast<const value&>(parse(text, &arena)));
}
std::string serialize(const value& json);

/// A required member or type is wrong; `path` grows while the exception travels outwards.
class DecodeError {
public:
    explicit DecodeError(std::string problem) : problem_(std::move(problem)) {}
    void inside(std::string_view member);
    void inside(std::size_t index);
    [[noreturn]] void raise() const;  ///< throws InvalidResponseError

private:
    std::string path_;
    std::string problem_;
};

[[noreturn]] void throw_type(std::string_view expected, const value& found);

namespace detail {

template <class T>
concept described = boost::describe::has_describe_members<T>::value && !std::is_union_v<T>;

template <class T>
concept described_enum = std::is_enum_v<T> && boost::describe::has_describe_enumerators<T>::value;

template <class T>
concept has_extra = requires(T& t) {
    { t.extra } -> std::same_as<object&>;
};

template <class T>
constexpr bool may_be_absent = false;
template <class T>
constexpr bool may_be_absent<std::optional<T>> = true;
template <class T>
constexpr bool may_be_absent<std::vector<T>> = true;
template <class K, class V>
constexpr bool may_be_absent<std::map<K, V>> = true;
template <>
inline constexpr bool may_be_absent<value> = true;
template <>
inline constexpr bool may_be_absent<object> = true;

/// "last_modified" -> "lastModified", "private_" -> "private".
std::string camel_case(std::string_view member);

template <class T>
constexpr bool is_on_wire(std::string_view member) {
    if constexpr (requires { hf_wire_name(std::type_identity<T>(), member); })
        return hf_wire_name(std::type_identity<T>(), member) != "-";
    else
        return true;
}

template <class T>
std::string wire_names(std::string_view member) {
    if constexpr (requires { hf_wire_name(std::type_identity<T>(), member); }) {
        if (const std::string_view name = hf_wire_name(std::type_identity<T>(), member); !name.empty())
            return std::string(name);
    }
    return camel_case(member);
}

template <class T>
struct Member {
    std::string names;  // "written|also|read"
    bool required;
    void (*read)(const value&, T&);
    bool (*left_out)(const T&);
    value (*render)(const T&);

    std::string_view written() const { return std::string_view(names).substr(0, names.find('|')); }
    /// The spelling in which `extra` says that the member came.
    std::string_view written(const object& extra) const {
        std::string_view others(names);
        for (auto bar = others.find('|'); bar != others.npos; bar = others.find('|')) {
            others.remove_prefix(bar + 1);
            const std::string_view other = others.substr(0, others.find('|'));
            if (const value* mark = extra.if_contains(other); mark && mark->is_null()) return other;
        }
        return written();
    }
};

template <class M>
bool is_unknown(const M& member) {
    if constexpr (std::is_enum_v<M>)
        return member == M::unknown;
    else
        return false;
}

/// Says nothing: is not written where `answer` (a struct with `extra`), else only if it is an optional.
template <class M>
bool is_left_out(const M& member, bool answer) {
    if constexpr (std::is_same_v<M, value>)
        return answer && member.is_null();
    else if constexpr (std::is_enum_v<M>)
        return answer && is_unknown(member);
    else if constexpr (requires { member.has_value(); })
        return !member || (answer && is_unknown(*member));
    else if constexpr (may_be_absent<M>)
        return answer && member.empty();
    else
        return false;
}

/// The members of T in order of description, and an index by wire name. Built once per type.
template <class T>
class MemberTable {
    using Described =
        boost::describe::describe_members<T, boost::describe::mod_public | boost::describe::mod_inherited>;

public:
    static constexpr std::size_t size = boost::mp11::mp_size<Described>::value;

    static const MemberTable& instance() {
        static const MemberTable table;
        return table;
    }

    const std::vector<Member<T>>& members() const { return members_; }

    const Member<T>* find(std::string_view name, std::size_t& index) const {
        const auto it = std::ranges::lower_bound(by_name_, name, {}, &std::pair<std::string, std::size_t>::first);
        if (it == by_name_.end() || it->first != name) return nullptr;
        index = it->second;
        return &members_[index];
    }

private:
    MemberTable() {
        members_.reserve(size);
        boost::mp11::mp_for_each<Described>([this](auto d) {
            if constexpr (is_on_wire<T>(decltype(d)::name)) this->template add<decltype(d)>();
        });
        std::ranges::sort(by_name_);
    }

    template <class D>
    void add() {
        using M = std::remove_cvref_t<decltype(std::declval<T&>().*D::pointer)>;
        Member<T> member{wire_names<T>(D::name), !may_be_absent<M>,
                         [](const value& json, T& out) { out.*D::pointer = Codec<M>::from(json); },
                         [](const T& data) { return is_left_out(data.*D::pointer, has_extra<T>); },
                         [](const T& data) { return Codec<M>::to(data.*D::pointer); }};
        std::string_view names = member.names;
        while (true) {
            const auto bar = names.find('|');
            by_name_.emplace_back(std::string(names.substr(0, bar)), members_.size());
            if (bar == names.npos) break;
            names.remove_prefix(bar + 1);
        }
        members_.push_back(std::move(member));
    }

    std::vector<Member<T>> members_;
    std::vector<std::pair<std::string, std::size_t>> by_name_;
};

template <class T>
T read_record(const value& json) {
    const object* members = json.if_object();
    if (!members) throw_type("an object", json);
    const auto& table = MemberTable<T>::instance();
    std::bitset<MemberTable<T>::size> seen;
    T out{};
    for (const auto& [key, member_json] : *members) {
        const std::string_view name(key.data(), key.size());
        std::size_t index = 0;
        const auto* member = table.find(name, index);
        if (!member || seen[index]) {
            if constexpr (has_extra<T>) out.extra[key] = member_json;
            continue;
        }
        try {
            member->read(member_json, out);
        } catch (DecodeError& error) {
            error.inside(name);
            throw;
        }
        const bool taken = !member->left_out(out);
        if (taken || member->required) seen.set(index);
        if constexpr (has_extra<T>) {
            if (!taken)
                out.extra[key] = member_json;
            else if (name != member->written())
                out.extra[key] = nullptr;
        }
    }
    for (std::size_t i = 0; i < table.members().size(); ++i) {
        if (table.members()[i].required && !seen[i])
            throw DecodeError("member '" + std::string(table.members()[i].written()) + "' is missing");
    }
    if constexpr (requires { hf_decoded(out); }) hf_decoded(out);
    return out;
}

template <class T>
value write_record(const T& data) {
    object out;
    for (const auto& member : MemberTable<T>::instance().members()) {
        if (member.left_out(data)) continue;
        if constexpr (has_extra<T>)
            out[member.written(data.extra)] = member.render(data);
        else
            out[member.written()] = member.render(data);
    }
    if constexpr (has_extra<T>) {
        for (const auto& [key, member] : data.extra) out.emplace(key, member);
    }
    return out;
}

}  // namespace detail

template <detail::described T>
struct Codec<T> {
    static T from(const value& json) { return detail::read_record<T>(json); }
    static value to(const T& data) { return detail::write_record(data); }
};

/// Enumerators by name, a trailing underscore dropped; a name that is not described becomes `unknown`.
template <detail::described_enum T>
struct Codec<T> {
    static T from(const value& json) {
        const auto* text = json.if_string();
        if (!text) throw_type("a string", json);
        T out{};
        bool found = false;
        boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>([&](auto d) {
            std::string_view name = d.name;
            if (name.ends_with('_')) name.remove_suffix(1);
            if (!found && name == std::string_view(*text)) {
                out = d.value;
                found = true;
            }
        });
        return found ? out : T::unknown;
    }
    static value to(T data) {
        std::string_view name = boost::describe::enum_to_string(data, "unknown");
        if (name.ends_with('_')) name.remove_suffix(1);
        return value(name);
    }
};

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

template <class T>
T from_value(const value& json) {
    try {
        return Codec<T>::from(json);
    } catch (const DecodeError& error) {
        error.raise();
    }
}

template <class T>
value to_value(const T& data) {
    return Codec<T>::to(data);
}

}  // namespace hf::json
