#pragma once

#include "local_hub/routes/router.hpp"

namespace hf::local_hub {

/// Everything that the Hub answers.
Router all_routes();

// Each file of routes has one of these.
void add_account_routes(Router&);
void add_repo_routes(Router&);
void add_info_routes(Router&);
void add_list_routes(Router&);
void add_tree_routes(Router&);
void add_ref_routes(Router&);
void add_commit_routes(Router&);
void add_lfs_batch_routes(Router&);
void add_lfs_routes(Router&);
void add_resolve_routes(Router&);
void add_discussion_routes(Router&);
void add_collection_routes(Router&);
void add_social_routes(Router&);
void add_space_routes(Router&);
void add_endpoint_routes(Router&);
void add_git_routes(Router&);
void add_xet_token_routes(Router&);
void add_xet_file_routes(Router&);
void add_xet_upload_routes(Router&);
void add_xet_grant_routes(Router&);

}  // namespace hf::local_hub
