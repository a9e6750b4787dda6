#pragma once

#include "vector_file.hpp"

#include <exception>
#include <optional>
#include <string>
#include <string_view>

namespace hf::conformance {

/// What is wrong, in words; empty: nothing.
using Difference = std::optional<std::string>;

/// Compares by value: order of members and spelling of numbers do not matter. In a record (an object with a
/// `$type`) the actual value may have members that the expected one lacks, since hfhub knows more than the
/// reference; everywhere else it may not. `path` is what messages call the value.
Difference compare_json(const json::value& expected, const json::value& actual, const std::string& path = "result");

/// Compares an `error` member with what was thrown (null: nothing was).
Difference compare_error(const json::object& expected, const std::exception_ptr& thrown);

/// The exception in one line, with its type.
std::string describe(const std::exception_ptr& thrown);

/// Ordered pairs of a query or form, decoded; '+' is a space.
json::array decode_pairs(std::string_view text);

/// At most 300 characters of a value, for messages.
std::string excerpt(const json::value& value);

}  // namespace hf::conformance
