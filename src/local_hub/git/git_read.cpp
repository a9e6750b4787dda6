#include "local_hub/git/git_handles.hpp"
#include "local_hub/git/git_store_state.hpp"

#include <hf/core/hash.hpp>

#include <set>

namespace hf::local_hub {
namespace {

git::CommitPtr lookup(git_repository* repository, const std::string& id) {
    const git_oid oid = git::oid_of(id);
    return git::make<git::CommitPtr>("commit",
                                     [&](git_commit** out) { return git_commit_lookup(out, repository, &oid); });
}

git::TreePtr tree_at(git_repository* repository, const git_oid& oid) {
    return git::make<git::TreePtr>("tree", [&](git_tree** out) { return git_tree_lookup(out, repository, &oid); });
}

std::string raw_of(const git_oid& oid) { return {reinterpret_cast<const char*>(oid.id), GIT_OID_RAWSZ}; }

CommitRecord record(const git_commit* commit) {
    CommitRecord out;
    out.id = git::hex(*git_commit_id(commit));
    std::string_view message = git_commit_message(commit);
    const auto end = message.find('\n');
    out.title = message.substr(0, end);
    if (end != message.npos) {
        message.remove_prefix(end + 1);
        while (message.starts_with('\n')) message.remove_prefix(1);
        while (message.ends_with('\n')) message.remove_suffix(1);
        out.message = message;
    }
    out.author = git_commit_author(commit)->name;
    out.time_ms = git_commit_time(commit) * 1000;
    return out;
}

class ListingBuilder {
public:
    ListingBuilder(git_repository* repository, RepoState& state) : repository_(repository), state_(state) {
        odb_ =
            git::make<git::OdbPtr>("object store", [&](git_odb** out) { return git_repository_odb(out, repository); });
    }

    std::vector<TreeEntry> build(const git_oid& root) {
        walk(root, "");
        return std::move(entries_);
    }

private:
    void walk(const git_oid& oid, const std::string& prefix) {
        const auto tree = tree_at(repository_, oid);
        const std::size_t count = git_tree_entrycount(tree.get());
        for (std::size_t i = 0; i < count; ++i) {
            const git_tree_entry* from = git_tree_entry_byindex(tree.get(), i);
            const git_oid& id = *git_tree_entry_id(from);
            TreeEntry entry;
            entry.path = prefix + git_tree_entry_name(from);
            entry.oid = git::hex(id);
            const auto type = git_tree_entry_type(from);
            if (type == GIT_OBJECT_TREE) {
                entry.is_folder = true;
                const std::string inside = entry.path + "/";
                entries_.push_back(std::move(entry));
                walk(id, inside);
            } else if (type == GIT_OBJECT_BLOB) {
                const auto info = blob_info(id);
                entry.size = info.size;
                entry.lfs = info.lfs;
                entries_.push_back(std::move(entry));
            }
        }
    }

    RepoState::BlobInfo blob_info(const git_oid& id) {
        const std::string key = raw_of(id);
        {
            const std::lock_guard lock(state_.mutex);
            const auto found = state_.blobs.find(key);
            if (found != state_.blobs.end()) return found->second;
        }
        RepoState::BlobInfo info;
        std::size_t size = 0;
        git_object_t type{};
        git::check(git_odb_read_header(&size, &type, odb_.get(), &id), "blob header");
        info.size = size;
        // Pointers are 120 to 200 bytes; longer ones with extensions are still below 1 KB.
        if (size > 100 && size < 1024) {
            const auto object = git::make<git::OdbObjectPtr>(
                "blob", [&](git_odb_object** out) { return git_odb_read(out, odb_.get(), &id); });
            const std::string_view text(static_cast<const char*>(git_odb_object_data(object.get())), size);
            if (auto pointer = parse_lfs_pointer(text)) {
                info.size = pointer->size;
                info.lfs = std::make_shared<const TreePointer>(TreePointer{std::move(*pointer), size});
            }
        }
        const std::lock_guard lock(state_.mutex);
        constexpr std::size_t kept_blobs = 1'000'000;
        if (state_.blobs.size() >= kept_blobs) state_.blobs.clear();
        state_.blobs.emplace(key, info);
        return info;
    }

    git_repository* repository_;
    RepoState& state_;
    git::OdbPtr odb_;
    std::vector<TreeEntry> entries_;
};

git::RevwalkPtr walker(git_repository* repository, const std::string& from) {
    auto walk =
        git::make<git::RevwalkPtr>("history", [&](git_revwalk** out) { return git_revwalk_new(out, repository); });
    git_revwalk_sorting(walk.get(), GIT_SORT_TOPOLOGICAL | GIT_SORT_TIME);
    const git_oid oid = git::oid_of(from);
    git::check(git_revwalk_push(walk.get(), &oid), "history");
    return walk;
}

// Id of the entry at `path`; zero where there is none.
git_oid entry_at(const git_tree* tree, const std::string& path) {
    git_oid out{};
    git_tree_entry* raw = nullptr;
    if (tree && git_tree_entry_bypath(&raw, tree, path.c_str()) == 0) {
        const git::TreeEntryPtr entry(raw);
        out = *git_tree_entry_id(entry.get());
    }
    return out;
}

}  // namespace

std::string GitRepo::tree_of(const std::string& commit) {
    return git::hex(*git_commit_tree_id(lookup(handle_, commit).get()));
}

ListingPtr GitRepo::listing(const std::string& commit) {
    if (auto cached = shared_->cached_listing(commit)) return cached;
    const auto state = shared_->state(key_);
    auto listing = std::make_shared<const Listing>(ListingBuilder(handle_, *state).build(git::oid_of(tree_of(commit))));
    shared_->keep_listing(commit, listing);
    return listing;
}

std::string GitRepo::blob(const std::string& oid) {
    const git_oid id = git::oid_of(oid);
    const auto found =
        git::make<git::BlobPtr>("blob", [&](git_blob** out) { return git_blob_lookup(out, handle_, &id); });
    return {static_cast<const char*>(git_blob_rawcontent(found.get())),
            static_cast<std::size_t>(git_blob_rawsize(found.get()))};
}

CommitRecord GitRepo::commit(const std::string& id) { return record(lookup(handle_, id).get()); }

std::vector<std::string> GitRepo::parents(const std::string& id) {
    const auto commit = lookup(handle_, id);
    std::vector<std::string> out;
    for (unsigned i = 0; i < git_commit_parentcount(commit.get()); ++i)
        out.push_back(git::hex(*git_commit_parent_id(commit.get(), i)));
    return out;
}

std::vector<CommitRecord> GitRepo::history(const std::string& from, std::size_t skip, std::size_t limit) {
    const auto walk = walker(handle_, from);
    std::vector<CommitRecord> out;
    git_oid oid;
    for (std::size_t i = 0; out.size() < limit && git_revwalk_next(&oid, walk.get()) == 0; ++i)
        if (i >= skip) out.push_back(commit(git::hex(oid)));
    return out;
}

std::size_t GitRepo::history_size(const std::string& from) {
    const auto state = shared_->state(key_);
    {
        const std::lock_guard lock(state->mutex);
        const auto found = state->history_sizes.find(from);
        if (found != state->history_sizes.end()) return found->second;
    }
    const auto walk = walker(handle_, from);
    git_oid oid;
    std::size_t count = 0;
    while (git_revwalk_next(&oid, walk.get()) == 0) ++count;
    const std::lock_guard lock(state->mutex);
    if (state->history_sizes.size() > 1000) state->history_sizes.clear();
    state->history_sizes.emplace(from, count);
    return count;
}

std::vector<CommitRecord> GitRepo::last_commits(const std::string& from, const std::vector<std::string>& paths) {
    std::vector<CommitRecord> out(paths.size());
    std::set<std::size_t> open;
    for (std::size_t i = 0; i < paths.size(); ++i) open.insert(i);
    const auto walk = walker(handle_, from);
    git_oid oid;
    while (!open.empty() && git_revwalk_next(&oid, walk.get()) == 0) {
        const auto commit = lookup(handle_, git::hex(oid));
        const auto tree = tree_at(handle_, *git_commit_tree_id(commit.get()));
        std::vector<git::TreePtr> before;
        bool unchanged = false;
        for (unsigned i = 0; i < git_commit_parentcount(commit.get()); ++i) {
            const auto parent = lookup(handle_, git::hex(*git_commit_parent_id(commit.get(), i)));
            unchanged = unchanged || git_oid_equal(git_commit_tree_id(parent.get()), git_tree_id(tree.get()));
            before.push_back(tree_at(handle_, *git_commit_tree_id(parent.get())));
        }
        if (unchanged) continue;
        for (auto it = open.begin(); it != open.end();) {
            const git_oid now = entry_at(tree.get(), paths[*it]);
            bool changed = !git_oid_is_zero(&now);
            for (const auto& parent : before) {
                const git_oid then = entry_at(parent.get(), paths[*it]);
                changed = changed && !git_oid_equal(&now, &then);
            }
            if (changed) out[*it] = record(commit.get());
            it = changed ? open.erase(it) : std::next(it);
        }
    }
    return out;
}

}  // namespace hf::local_hub
