#pragma once

#include "program.hpp"

#include <exception>
#include <string>
#include <vector>

namespace tool {

/// A failure as the user sees it.
struct Failure {
    int code;
    std::string line;  ///< what was wrong and what to do, one line
    std::vector<hf::FileFailure> files{};  ///< each that could not be fetched

    /// {"error", "code"}, and "failures" with "path" and "error" of each file.
    hf::json::object json() const;
};

/// Explains an exception. Cancellation is `interrupted`.
Failure explain(std::exception_ptr failure, const Context::Subject& subject);

/// "hfhub: <line>" on standard error.
void complain(std::string_view line);

/// Each file of a failure on a line of its own on standard error.
void list_files(const Failure& failure);

/// Tells a failure: its line on standard error, with --json also as an object on standard output. Gives the exit code.
int report(const Failure& failure, const Globals& globals);

}  // namespace tool
