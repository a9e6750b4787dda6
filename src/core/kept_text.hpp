#pragma once

#include "core/text.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hf {

// What the files that hfhub keeps are made of: lines of fields between single spaces, each field escaped, so that
// nothing a server sends can begin another field or line. What is read back is checked as if it came from a server.

/// Decimal digits without zeros before them, below 2^63: sizes and offsets of files are signed.
std::optional<std::uint64_t> read_number(std::string_view text);

/// `text` with everything escaped but letters, digits and "_.-~/": no space, no line break, no NUL.
std::string write_field(std::string_view text);
/// What `write_field` wrote; nullopt for anything that it would have written otherwise, and for nothing.
std::optional<std::string> read_field(std::string_view field);

/// The commit that the text of a ref names, blanks around it aside; nullopt for anything but the hash of one.
std::optional<std::string> read_ref(std::string_view text);

/// Whether `text` can name content: a git SHA-1 or a SHA-256 in lower-case hexadecimal digits.
bool is_content_hash(std::string_view text) noexcept;
/// The hash that a server means, without "sha256:" and in lower case; nullopt if it is none.
std::optional<std::string> to_content_hash(std::string_view text);

}  // namespace hf
