#include "types/raw.hpp"

#include <hf/types/access_request.hpp>

namespace hf {

void hf_decoded(AccessRequest& request) {
    request.username = json::take<std::optional<std::string>>(request.extra, {"user", "user"});
    request.fullname = json::take<std::optional<std::string>>(request.extra, {"user", "fullname"});
    request.email = json::take<std::optional<std::string>>(request.extra, {"user", "email"});
}

}  // namespace hf
