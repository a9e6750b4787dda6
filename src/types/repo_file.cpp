#include <hf/types/repo_file.hpp>

#include "core/json_access.hpp"

namespace hf {

const std::string& RepoTreeEntry::path() const noexcept { return file() ? file()->path : folder()->path; }
const RepoFile* RepoTreeEntry::file() const noexcept {
    return std::get_if<RepoFile>(static_cast<const variant*>(this));
}
const RepoFolder* RepoTreeEntry::folder() const noexcept {
    return std::get_if<RepoFolder>(static_cast<const variant*>(this));
}

void hf_decoded(BlobSecurityInfo& security) {
    if (security.status) security.safe = security.status == "safe";
}

namespace json {

RepoTreeEntry Codec<RepoTreeEntry>::from(const value& json) {
    if (!json.is_object()) throw_type("an object", json);
    if (text_of(find_member(json, "type")) == "file") return Codec<RepoFile>::from(json);
    return Codec<RepoFolder>::from(json);
}

value Codec<RepoTreeEntry>::to(const RepoTreeEntry& entry) {
    if (const RepoFile* file = entry.file()) return Codec<RepoFile>::to(*file);
    return Codec<RepoFolder>::to(*entry.folder());
}

}  // namespace json
}  // namespace hf
