#include "methods.hpp"

namespace hf::conformance {

std::vector<MethodRow> user_methods() {
    return {
        {"whoami", call(&HfApi::whoami)},
    };
}

}  // namespace hf::conformance
