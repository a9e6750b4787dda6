#include "local_hub/git/git_handles.hpp"
#include "local_hub/git/git_store_state.hpp"

namespace hf::local_hub {
namespace {

git::TreePtr tree_of_commit(git_repository* repository, const std::string& id) {
    const git_oid oid = git::oid_of(id);
    const auto commit =
        git::make<git::CommitPtr>("commit", [&](git_commit** out) { return git_commit_lookup(out, repository, &oid); });
    return git::make<git::TreePtr>("tree", [&](git_tree** out) { return git_commit_tree(out, commit.get()); });
}

git::DiffPtr diff_between(git_repository* repository, const std::string& from, const std::string& to) {
    const auto old_tree = tree_of_commit(repository, from);
    const auto new_tree = tree_of_commit(repository, to);
    return git::make<git::DiffPtr>("diff", [&](git_diff** out) {
        return git_diff_tree_to_tree(out, repository, old_tree.get(), new_tree.get(), nullptr);
    });
}

}  // namespace

std::string GitRepo::write_commit(const std::string& tree, const std::vector<std::string>& parents,
                                  const Author& author, const std::string& message) {
    const git_oid tree_oid = git::oid_of(tree);
    const auto tree_object =
        git::make<git::TreePtr>("tree", [&](git_tree** out) { return git_tree_lookup(out, handle_, &tree_oid); });
    std::vector<git::CommitPtr> owned;
    std::vector<const git_commit*> pointers;
    for (const auto& parent : parents) {
        const git_oid oid = git::oid_of(parent);
        owned.push_back(git::make<git::CommitPtr>(
            "parent", [&](git_commit** out) { return git_commit_lookup(out, handle_, &oid); }));
        pointers.push_back(owned.back().get());
    }
    const auto signature = git::signature(author.name);
    git_oid out;
    git::check(git_commit_create(&out, handle_, nullptr, signature.get(), signature.get(), nullptr, message.c_str(),
                                 tree_object.get(), pointers.size(), pointers.data()),
               "write commit");
    git::require_written(handle_, out);
    return git::hex(out);
}

void GitRepo::refresh() {
    const auto odb =
        git::make<git::OdbPtr>("object store", [&](git_odb** out) { return git_repository_odb(out, handle_); });
    git::check(git_odb_refresh(odb.get()), "refresh");
}

std::string GitRepo::diff(const std::string& from, const std::string& to) {
    const auto diff = diff_between(handle_, from, to);
    git_buf buffer = GIT_BUF_INIT;
    git::check(git_diff_to_buf(&buffer, diff.get(), GIT_DIFF_FORMAT_PATCH), "diff");
    std::string out(buffer.ptr, buffer.size);
    git_buf_dispose(&buffer);
    return out;
}

std::vector<std::string> GitRepo::changed_paths(const std::string& from, const std::string& to) {
    const auto diff = diff_between(handle_, from, to);
    std::vector<std::string> out;
    for (std::size_t i = 0; i < git_diff_num_deltas(diff.get()); ++i)
        out.emplace_back(git_diff_get_delta(diff.get(), i)->new_file.path);
    return out;
}

std::optional<std::string> GitRepo::merge_base(const std::string& a, const std::string& b) {
    const git_oid one = git::oid_of(a), two = git::oid_of(b);
    git_oid out;
    const int code = git_merge_base(&out, handle_, &one, &two);
    if (code == GIT_ENOTFOUND) return std::nullopt;
    git::check(code, "merge base");
    return git::hex(out);
}

bool GitRepo::is_ancestor(const std::string& ancestor, const std::string& commit) {
    return ancestor == commit || merge_base(ancestor, commit) == ancestor;
}

std::optional<std::string> GitRepo::merge_trees(const std::string& ours, const std::string& theirs,
                                                std::vector<std::string>& conflicts) {
    const auto base_id = merge_base(ours, theirs);
    const auto our_tree = tree_of_commit(handle_, ours);
    const auto their_tree = tree_of_commit(handle_, theirs);
    git::TreePtr base;
    if (base_id) base = tree_of_commit(handle_, *base_id);
    const auto index = git::make<git::IndexPtr>("merge", [&](git_index** out) {
        return git_merge_trees(out, handle_, base.get(), our_tree.get(), their_tree.get(), nullptr);
    });
    if (git_index_has_conflicts(index.get())) {
        const auto all = git::make<git::ConflictsPtr>("conflicts", [&](git_index_conflict_iterator** out) {
            return git_index_conflict_iterator_new(out, index.get());
        });
        const git_index_entry *ancestor = nullptr, *our = nullptr, *their = nullptr;
        while (git_index_conflict_next(&ancestor, &our, &their, all.get()) == 0) {
            const git_index_entry* named = our ? our : their ? their : ancestor;
            if (named) conflicts.emplace_back(named->path);
        }
        return std::nullopt;
    }
    git_oid out;
    git::check(git_index_write_tree_to(&out, index.get(), handle_), "merge");
    return git::hex(out);
}

}  // namespace hf::local_hub
