#include "core/text.hpp"
#include "local_hub/data/storage_error.hpp"
#include "local_hub/git/git_handles.hpp"
#include "local_hub/git/git_store_state.hpp"

#include <hf/core/url.hpp>

namespace hf::local_hub {
namespace {

std::optional<std::string> peeled(git_repository* repository, const git_oid& oid) {
    git_object* raw = nullptr;
    if (git_object_lookup(&raw, repository, &oid, GIT_OBJECT_ANY) != 0) return std::nullopt;
    const git::ObjectPtr object(raw);
    git_object* commit = nullptr;
    if (git_object_peel(&commit, object.get(), GIT_OBJECT_COMMIT) != 0) return std::nullopt;
    const git::ObjectPtr owned(commit);
    return git::hex(*git_object_id(owned.get()));
}

// A reference is a file, and becomes "NAME.lock" while it is written.
bool may_be_ref(const std::string& name) {
    constexpr std::size_t longest_name = 1000, longest_part = 250;
    if (name.size() > longest_name) return false;
    for (const auto part : split(name, '/'))
        if (part.size() > longest_part) return false;
    int valid = 0;
    return git_reference_name_is_valid(&valid, name.c_str()) == 0 && valid;
}

}  // namespace

std::optional<std::string> GitRepo::ref_target(const std::string& full_name) {
    git_oid oid;
    if (!may_be_ref(full_name) || git_reference_name_to_id(&oid, handle_, full_name.c_str()) != 0) return std::nullopt;
    return peeled(handle_, oid);
}

Revision GitRepo::resolve(std::string_view revision) {
    const std::string name(revision);
    const auto as_ref = [&](const std::string& full) -> std::optional<Revision> {
        auto commit = ref_target(full);
        if (!commit) return std::nullopt;
        return Revision{std::move(*commit), full};
    };
    if (name.starts_with("refs/")) {
        if (auto found = as_ref(name)) return *found;
    }
    // The default branch is always main here, whatever the bare repository's HEAD says.
    if (name == "HEAD") {
        if (auto found = as_ref("refs/heads/main")) return *found;
    }
    if (name.size() == GIT_OID_HEXSZ && is_hex(name)) {
        if (has_commit(to_lower(name))) return Revision{to_lower(name), {}};
    }
    for (const char* folder : {"refs/heads/", "refs/tags/"})
        if (auto found = as_ref(folder + name)) return *found;
    // Seven digits as the Hub abbreviates them.
    if (name.size() >= 7 && name.size() < GIT_OID_HEXSZ && is_hex(name)) {
        git_oid prefix;
        git_object* raw = nullptr;
        if (git_oid_fromstrn(&prefix, name.c_str(), name.size()) == 0 &&
            git_object_lookup_prefix(&raw, handle_, &prefix, name.size(), GIT_OBJECT_COMMIT) == 0) {
            const git::ObjectPtr object(raw);
            return Revision{git::hex(*git_object_id(object.get())), {}};
        }
    }
    // The reference client of 2024 quotes the default source revision of a copy twice.
    if (name.find('%') != name.npos) {
        const std::string once = unquote(name);
        if (once != name) return resolve(once);
    }
    throw revision_not_found(revision);
}

bool GitRepo::has_commit(const std::string& id) {
    git_commit* raw = nullptr;
    const git_oid oid = git::oid_of(id);
    if (git_commit_lookup(&raw, handle_, &oid) != 0) return false;
    git_commit_free(raw);
    return true;
}

std::vector<RefRecord> GitRepo::refs() {
    std::vector<RefRecord> out;
    const auto all = git::make<git::ReferencesPtr>(
        "list refs", [&](git_reference_iterator** iterator) { return git_reference_iterator_new(iterator, handle_); });
    const char* name = nullptr;
    while (git_reference_next_name(&name, all.get()) == 0)
        if (auto commit = ref_target(name)) out.push_back({name, std::move(*commit)});
    return out;
}

bool GitRepo::set_ref(const std::string& full_name, const std::string& commit, std::optional<std::string> expected) {
    if (!may_be_ref(full_name)) throw StorageError(Refusal::invalid, "Invalid reference name: " + full_name);
    const git_oid target = git::oid_of(commit);
    git_reference* raw = nullptr;
    int code = 0;
    if (!expected) {
        code = git_reference_create(&raw, handle_, full_name.c_str(), &target, 1, nullptr);
    } else if (expected->empty()) {
        code = git_reference_create(&raw, handle_, full_name.c_str(), &target, 0, nullptr);
    } else {
        const git_oid current = git::oid_of(*expected);
        code = git_reference_create_matching(&raw, handle_, full_name.c_str(), &target, 1, &current, nullptr);
    }
    const git::ReferencePtr made(raw);
    if (code == GIT_EEXISTS || code == GIT_EMODIFIED || (expected && code == GIT_ENOTFOUND)) return false;
    // "a" and "a/b" cannot both be branches.
    if (code == GIT_EINVALIDSPEC) throw StorageError(Refusal::invalid, "Invalid reference name: " + full_name);
    git::check(code, "update ref");
    return true;
}

void GitRepo::create_annotated_tag(const std::string& name, const std::string& commit, const std::string& message,
                                   const Author& tagger) {
    const git_oid oid = git::oid_of(commit);
    const auto target = git::make<git::ObjectPtr>(
        "tag target", [&](git_object** out) { return git_object_lookup(out, handle_, &oid, GIT_OBJECT_COMMIT); });
    const auto signature = git::signature(tagger.name);
    git_oid made;
    git::check(git_tag_create(&made, handle_, name.c_str(), target.get(), signature.get(), message.c_str(), 0),
               "create tag");
}

bool GitRepo::delete_ref(const std::string& full_name) {
    if (!may_be_ref(full_name)) return false;
    git_reference* raw = nullptr;
    if (git_reference_lookup(&raw, handle_, full_name.c_str()) != 0) return false;
    const git::ReferencePtr reference(raw);
    git::check(git_reference_delete(reference.get()), "delete ref");
    return true;
}

}  // namespace hf::local_hub
