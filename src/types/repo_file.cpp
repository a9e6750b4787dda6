#include <hf/types/repo_file.hpp>

namespace hf::json {

RepoTreeEntry Codec<RepoTreeEntry>::from(const value& json) {
    const object* members = json.if_object();
    if (!members) throw_type("an object", json);
    const value* type = members->if_contains("type");
    if (type && *type == "file") return Codec<RepoFile>::from(json);
    return Codec<RepoFolder>::from(json);
}

value Codec<RepoTreeEntry>::to(const RepoTreeEntry& entry) {
    if (const RepoFile* file = entry.file()) return Codec<RepoFile>::to(*file);
    return Codec<RepoFolder>::to(*entry.folder());
}

}  // namespace hf::json
