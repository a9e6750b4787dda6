#pragma once

#include <hf/core/error.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hf::conformance {

/// What an exception class of the reference client is in hfhub.
struct ReferenceError {
    std::string_view name;        ///< in the reference: "HfHubHTTPError", "ValueError"
    std::string_view ours;        ///< how a program catches it here
    std::vector<Errc> thrown_as;  ///< codes of what is thrown where the reference throws exactly this class
    std::vector<Errc> derived;    ///< codes that belong to it as well

    bool is_thrown_as(const boost::system::error_code& code) const;
    bool includes(const boost::system::error_code& code) const;
};

/// The one table of names and categories.
std::span<const ReferenceError> reference_errors();
const ReferenceError* find_reference_error(std::string_view name);  ///< null: unknown

/// The table as Markdown, for the README.
std::string reference_errors_markdown();

}  // namespace hf::conformance
