#pragma once

#include <hf/core/json.hpp>

#include <initializer_list>

/// Looking into what an answer has nested, for `hf_decoded`.
namespace hf::json {

/// The member at the end of the path; null if there is none.
inline const value* find(const object& in, std::initializer_list<std::string_view> path) {
    const object* at = &in;
    const value* found = nullptr;
    for (const auto name : path) {
        found = at ? at->if_contains(name) : nullptr;
        if (!found) return nullptr;
        at = found->if_object();
    }
    return found;
}

/// The member as a T; T() if it is missing or something else, which stays in `extra`.
template <class T>
T take(const object& in, std::initializer_list<std::string_view> path) {
    const value* found = find(in, path);
    return found && detail::is_readable<T>(*found) ? Codec<T>::from(*found) : T();
}

/// The name of an account, "deleted" if it is gone.
inline std::string account_name(const object& in, std::initializer_list<std::string_view> path) {
    const value* name = find(in, path);
    return name && name->is_string() ? std::string(name->get_string()) : std::string("deleted");
}

}  // namespace hf::json
