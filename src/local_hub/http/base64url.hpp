#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hf::local_hub {

/// The alphabet for URLs (RFC 4648, section 5), without padding.
std::string base64url_encode(std::string_view bytes);
std::optional<std::string> base64url_decode(std::string_view text);

/// The standard alphabet; clients may leave out the padding. nullopt for anything else.
std::optional<std::string> base64_decode_unpadded(std::string_view text);

}  // namespace hf::local_hub
