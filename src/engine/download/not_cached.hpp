#pragma once

#include <hf/core/error.hpp>

#include <exception>
#include <string_view>

namespace hf {

/// Whether an error of the metadata allows for answering from the cache: the Hub is out of reach, refuses or
/// fails. Not for a certificate that is not trusted, nor for what is known not to exist.
bool may_use_cache(const Error& error);

/// The error that is thrown when the Hub cannot be asked or refuses (`cause` says why) and nothing fits in the
/// cache. Repositories that cannot be seen and tokens that are refused are told as such.
[[noreturn]] void throw_not_cached(std::string_view what, bool local_only, std::exception_ptr cause);

}  // namespace hf
