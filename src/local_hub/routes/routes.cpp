#include "local_hub/routes/routes.hpp"

namespace hf::local_hub {

Router all_routes() {
    Router out;
    add_account_routes(out);
    add_resolve_routes(out);
    add_lfs_batch_routes(out);
    add_lfs_routes(out);
    add_tree_routes(out);
    add_ref_routes(out);
    add_commit_routes(out);
    add_repo_routes(out);
    add_list_routes(out);
    add_discussion_routes(out);
    add_collection_routes(out);
    add_social_routes(out);
    add_space_routes(out);
    add_endpoint_routes(out);
    add_git_routes(out);
    add_xet_token_routes(out);
    add_xet_file_routes(out);
    add_xet_upload_routes(out);
    add_xet_grant_routes(out);
    // Its patterns end in a bare {repo}, which would take "name/keyword" for an id.
    add_info_routes(out);
    return out;
}

}  // namespace hf::local_hub
