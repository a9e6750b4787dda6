#pragma once

#include <boost/json/value.hpp>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace hf::local_hub {

/// Cards are written by whoever may write to a repository: nothing of them may grow without bound.
struct YamlLimits {
    std::size_t bytes = 1u << 20;      ///< of the text
    std::size_t depth = 32;            ///< of collections within collections, aliases resolved; what Boost.JSON reads
    std::size_t expanded = 16u << 20;  ///< bytes of all scalars and 16 for each node, aliases resolved
};

/// The text is no YAML, or none that a card may be.
class YamlError : public std::runtime_error {
public:
    YamlError(const std::string& reason, std::size_t line, std::size_t column)
        : std::runtime_error("line " + std::to_string(line) + ", column " + std::to_string(column) + ": " + reason),
          line(line),
          column(column) {}
    std::size_t line, column;  ///< from 1
};

/// The one document of `text` by the core schema of YAML 1.2, as the Hub reads cards: "no", "0777" with a quote, dates
/// and times are texts, "0o7" and "0x1f" numbers. Numbers that JSON has not (.inf, .nan) stay texts; an empty document
/// is null. Keys are texts as written; of equal ones the last counts. Aliases are resolved, "<<" is a key like any.
/// Throws YamlError for what is malformed, not UTF-8, beyond the limits, or has a second document, a collection as key
/// or a tag other than !!str.
boost::json::value read_yaml(std::string_view text, const YamlLimits& limits = YamlLimits());

}  // namespace hf::local_hub
