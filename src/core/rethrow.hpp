#pragma once

#include <hf/core/error.hpp>

#include <string>

namespace hf {

/// Throws an error of the same type as `error`, with other information.
[[noreturn]] void rethrow_as(const Error& error, ErrorInfo info);
/// The same with another message only.
[[noreturn]] void rethrow_as(const Error& error, std::string message);

}  // namespace hf
