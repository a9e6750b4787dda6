#pragma once

#include "core/json_access.hpp"

#include <hf/core/json.hpp>

#include <initializer_list>

/// Looking into what an answer has nested, for `hf_decoded`.
namespace hf::json {

/// The member as a T; T() if it is missing or something else, which stays in `extra`.
template <class T>
T take(const object& in, std::initializer_list<std::string_view> path) {
    const value* found = find_member(in, path);
    return found && detail::is_readable<T>(*found) ? Codec<T>::from(*found) : T();
}

/// The name of an account, "deleted" if it is gone.
inline std::string account_name(const object& in, std::initializer_list<std::string_view> path) {
    return std::string(text_of(find_member(in, path)).value_or("deleted"));
}

}  // namespace hf::json
