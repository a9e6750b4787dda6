#include "methods.hpp"
#include "render_types.hpp"

namespace hf::conformance {

std::vector<MethodRow> repo_methods() {
    return {
        {"create_branch", call(&HfApi::create_branch, {"repo_id"})},
        {"create_repo", call(&HfApi::create_repo, {"repo_id"})},
        {"create_tag", call(&HfApi::create_tag, {"repo_id"})},
        {"dataset_info", call(&HfApi::dataset_info, {"repo_id"})},
        {"delete_branch", call(&HfApi::delete_branch, {"repo_id"})},
        {"delete_repo", call(&HfApi::delete_repo, {"repo_id"})},
        {"delete_tag", call(&HfApi::delete_tag, {"repo_id"})},
        {"get_full_repo_name", call(&HfApi::get_full_repo_name, {"model_id"})},
        {"list_repo_commits", call(&HfApi::list_repo_commits, {"repo_id"})},
        {"list_repo_refs", call(&HfApi::list_repo_refs, {"repo_id"})},
        {"model_info", call(&HfApi::model_info, {"repo_id"})},
        {"move_repo", call(&HfApi::move_repo, {"from_id", "to_id"})},
        {"repo_exists", call(&HfApi::repo_exists, {"repo_id"})},
        {"repo_info", call(&HfApi::repo_info, {"repo_id"})},
        {"space_info", call(&HfApi::space_info, {"repo_id"})},
        {"super_squash_history", call(&HfApi::super_squash_history, {"repo_id"})},
        {"update_repo_visibility",
         ignoring({"organization", "name"}, call(&HfApi::update_repo_visibility, {"repo_id", "private?"}))},
    };
}

}  // namespace hf::conformance
