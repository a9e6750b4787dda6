#pragma once

#include <hf/core/json_codec.hpp>

#include <boost/describe/enum_to_string.hpp>
#include <boost/describe/members.hpp>
#include <boost/mp11/algorithm.hpp>

#include <algorithm>
#include <bitset>
#include <concepts>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

/// Described structs and enumerations as JSON. The rules are those of <hf/core/json.hpp>.
namespace hf::json {

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

/// What a list or map holds, also an optional one; void for anything else.
template <class M>
struct ElementOf {
    using type = void;
};
template <class T>
struct ElementOf<std::vector<T>> {
    using type = T;
};
template <class T>
struct ElementOf<std::map<std::string, T>> {
    using type = T;
};
template <class M>
struct ElementOf<std::optional<M>> : ElementOf<M> {};

/// A list of answers, of which one that cannot be read need not cost the others.
template <class T>
constexpr bool is_record_list = false;
template <class T>
constexpr bool is_record_list<std::vector<T>> = described<T> && has_extra<T>;

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

/// Whether there is no T without this member, which is no optional. An answer needs what identifies it.
template <class T>
constexpr bool is_needed(std::string_view member, bool first) {
    if constexpr (!has_extra<T>)
        return true;
    else if constexpr (requires { hf_is_identity(std::type_identity<T>(), member); })
        return hf_is_identity(std::type_identity<T>(), member);
    else
        return first;
}

template <class T>
bool is_readable(const value& json) {
    try {
        Codec<T>::from(json);
        return true;
    } catch (const DecodeError&) {
        return false;
    }
}

/// What can be said of a member that cannot be read: of a list or map the elements that can.
template <class M>
M salvage(const value& json) {
    using Element = typename ElementOf<M>::type;
    if constexpr (!std::is_void_v<Element>) {
        if (const array* items = json.if_array()) {
            array readable;
            std::ranges::copy_if(*items, std::back_inserter(readable), &is_readable<Element>);
            if (is_readable<M>(readable)) return Codec<M>::from(readable);
        } else if (const object* members = json.if_object()) {
            object readable;
            for (const auto& [key, member] : *members)
                if (is_readable<Element>(member)) readable.emplace(key, member);
            if (is_readable<M>(readable)) return Codec<M>::from(readable);
        }
    }
    if constexpr (std::is_enum_v<M>)
        return M::unknown;
    else
        return M();
}

/// What is known of a member without its type.
struct MemberForm {
    std::string names;  // "written|also|read"
    bool required;
    bool plain;  // neither optional nor a list
    bool list;   // or map: may have been read in part

    /// Whether `extra` has the member as it came, of which this is what could be read.
    bool stays_raw(const object& extra) const;
    std::string_view written() const;
    /// The spelling in which `extra` says that the member came.
    std::string_view written(const object& extra) const;
};

template <class T>
struct Member : MemberForm {
    void (*read)(const value&, T&);
    void (*salvage)(const value&, T&);
    bool (*left_out)(const T&);
    value (*render)(const T&);
};

/// Members by each of the names that they are read by. No template: whoever includes this would instantiate it.
class NameIndex {
public:
    void add(std::string_view names, std::size_t member);  ///< "written|also|read"
    std::optional<std::size_t> find(std::string_view name) const;

private:
    std::vector<std::pair<std::string, std::size_t>> by_name_;  // sorted
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
        const auto found = by_name_.find(name);
        if (!found) return nullptr;
        index = *found;
        return &members_[index];
    }

private:
    MemberTable() {
        members_.reserve(size);
        boost::mp11::mp_for_each<Described>([this](auto d) {
            if constexpr (is_on_wire<T>(decltype(d)::name)) this->template add<decltype(d)>();
        });
    }

    template <class D>
    void add() {
        using M = std::remove_cvref_t<decltype(std::declval<T&>().*D::pointer)>;
        Member<T> member{{wire_names<T>(D::name), !may_be_absent<M> && is_needed<T>(D::name, members_.empty()),
                          !may_be_absent<M>, !std::is_void_v<typename ElementOf<M>::type>},
                         [](const value& json, T& out) { out.*D::pointer = Codec<M>::from(json); },
                         [](const value& json, T& out) { out.*D::pointer = detail::salvage<M>(json); },
                         [](const T& data) { return is_left_out(data.*D::pointer, has_extra<T>); },
                         [](const T& data) { return Codec<M>::to(data.*D::pointer); }};
        by_name_.add(member.names, members_.size());
        members_.push_back(std::move(member));
    }

    std::vector<Member<T>> members_;
    NameIndex by_name_;
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
        bool whole = true;
        try {
            member->read(member_json, out);
        } catch (DecodeError& error) {
            if (!has_extra<T> || member->required) {
                error.inside(name);
                throw;
            }
            member->salvage(member_json, out);
            whole = false;
        }
        const bool taken = whole && !member->left_out(out);
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
        if constexpr (has_extra<T>) {
            if (!member.stays_raw(data.extra)) out[member.written(data.extra)] = member.render(data);
        } else
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

}  // namespace hf::json
