#pragma once

#include "vector_file.hpp"

#include <string>
#include <vector>

namespace hf::conformance {

/// A case whose expectation was made wrong in one place.
struct Mutant {
    std::string what;  ///< "request 2 path"
    VectorCase vector_case;
};

/// The judge must fail each of them; one that passes is something that the judge does not look at.
std::vector<Mutant> make_mutants(const VectorCase& vector_case);

}  // namespace hf::conformance
