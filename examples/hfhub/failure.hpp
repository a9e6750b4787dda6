#pragma once

#include "program.hpp"

#include <exception>
#include <string>

namespace tool {

/// A failure as the user sees it.
struct Failure {
    int code;
    std::string line;  ///< what was wrong and what to do, one line
};

/// Explains an exception. Cancellation is `interrupted`.
Failure explain(std::exception_ptr failure, const Context::Subject& subject);

/// "hfhub: <line>" on standard error.
void complain(std::string_view line);

}  // namespace tool
