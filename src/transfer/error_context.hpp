#pragma once

#include <hf/core/error.hpp>

#include <string>

namespace hf {

/// Throws an error of the same type and information as `error`, with another message.
[[noreturn]] void rethrow_as(const Error& error, std::string message);

}  // namespace hf
