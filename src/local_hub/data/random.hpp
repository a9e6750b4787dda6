#pragma once

#include <cstddef>
#include <string>

namespace hf::local_hub {

/// Two lower-case digits for each byte, of the quality that keys need.
std::string random_hex(std::size_t bytes);
std::string new_object_id();  ///< 24 hex digits as the Hub's `_id`: seconds, then randomness

}  // namespace hf::local_hub
