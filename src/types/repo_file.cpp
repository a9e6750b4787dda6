#include <hf/types/repo_file.hpp>

#include "core/json_access.hpp"

namespace hf::json {

RepoTreeEntry Codec<RepoTreeEntry>::from(const value& json) {
    if (!json.is_object()) throw_type("an object", json);
    if (text_of(find_member(json, "type")) == "file") return Codec<RepoFile>::from(json);
    return Codec<RepoFolder>::from(json);
}

value Codec<RepoTreeEntry>::to(const RepoTreeEntry& entry) {
    if (const RepoFile* file = entry.file()) return Codec<RepoFile>::to(*file);
    return Codec<RepoFolder>::to(*entry.folder());
}

}  // namespace hf::json
