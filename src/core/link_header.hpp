#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hf {

/// The target of the first link with relation "next" in a Link field (RFC 8288); several fields are joined
/// by commas first. The target is as written: it may be relative, and it may lead to another host.
std::optional<std::string> next_link(std::string_view link_header);

}  // namespace hf
