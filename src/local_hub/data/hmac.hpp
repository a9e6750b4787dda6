#pragma once

#include <string>
#include <string_view>

namespace hf::local_hub {

/// The 32 bytes of HMAC-SHA256.
std::string hmac_sha256(std::string_view key, std::string_view data);

/// Takes the same time wherever they differ, so that nobody can guess a secret piece by piece.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace hf::local_hub
