#pragma once

#include "local_hub/http/message.hpp"

#include <hf/local_hub/scenario.hpp>

#include <cstdint>
#include <string>

namespace hf::local_hub {

/// The status line and all fields of `response`, up to the empty line. `length` is announced where a body may follow.
std::string head_text(const Response& response, std::uint64_t length, bool keep_alive);

/// Replaces the fields that `fault` names; an empty value removes one.
void change_fields(Response& response, const Fault& fault);

}  // namespace hf::local_hub
