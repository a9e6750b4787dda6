#include "methods.hpp"

namespace hf::conformance {

std::vector<MethodRow> user_methods() {
    return {
        {"get_token_permission", call(&HfApi::get_token_permission)},
        {"like", call(&HfApi::like, {"repo_id"})},
        {"list_liked_repos", call(&HfApi::list_liked_repos)},
        {"list_repo_likers", call(&HfApi::list_repo_likers, {"repo_id"})},
        {"unlike", call(&HfApi::unlike, {"repo_id"})},
        {"whoami", call(&HfApi::whoami)},
    };
}

}  // namespace hf::conformance
