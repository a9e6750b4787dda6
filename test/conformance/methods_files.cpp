#include "methods.hpp"

namespace hf::conformance {

std::vector<MethodRow> file_methods() {
    return {
        {"file_exists", call(&HfApi::file_exists, {"repo_id", "filename"})},
        {"get_paths_info", call(&HfApi::get_paths_info, {"repo_id", "paths"})},
        {"list_files_info", call(&HfApi::list_files_info, {"repo_id"})},
        {"list_repo_files", call(&HfApi::list_repo_files, {"repo_id"})},
        {"list_repo_tree", call(&HfApi::list_repo_tree, {"repo_id"})},
    };
}

}  // namespace hf::conformance
