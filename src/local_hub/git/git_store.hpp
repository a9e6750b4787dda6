#pragma once

#include <hf/core/hash.hpp>

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

struct git_repository;

namespace hf::local_hub {

/// The pointer that a tree has in place of an LFS file.
struct TreePointer : LfsPointer {
    std::uint64_t pointer_size = 0;
};

/// A file or folder of a tree. `size` is that of the content, LFS resolved.
struct TreeEntry {
    std::string path;
    std::string oid;  ///< hex of the blob or tree
    bool is_folder = false;
    std::uint64_t size = 0;
    std::shared_ptr<const TreePointer> lfs;
};

/// Every entry of a commit's tree, folders before their contents, in git's order. Immutable.
class Listing {
public:
    explicit Listing(std::vector<TreeEntry> entries);
    Listing(const Listing&) = delete;
    Listing& operator=(const Listing&) = delete;
    const std::vector<TreeEntry>& entries() const { return entries_; }
    const TreeEntry* find(std::string_view path) const;  ///< null if absent
    std::uint64_t total_size() const { return total_size_; }
    /// The files as the JSON array of "siblings", with sizes and ids if `blobs`. Made once.
    const std::string& siblings(bool blobs) const;

private:
    std::vector<TreeEntry> entries_;
    std::unordered_map<std::string_view, std::size_t> index_;
    std::uint64_t total_size_ = 0;
    mutable std::once_flag made_[2];
    mutable std::string siblings_[2];
};
using ListingPtr = std::shared_ptr<const Listing>;

struct CommitRecord {
    std::string id;
    std::string title;
    std::string message;  ///< without the title
    std::string author;
    std::int64_t time_ms = 0;
};

struct RefRecord {
    std::string name;    ///< full: "refs/heads/main"
    std::string target;  ///< commit
};

/// A revision of a request, resolved.
struct Revision {
    std::string commit;
    std::string ref;  ///< full name where the revision names a branch, tag or other ref; else empty
};

struct Author {
    std::string name;
};

class GitRepo;

/// The bare repositories of a hub, one folder each, named by the repository's object id. Thread-safe:
/// each lease is a libgit2 handle of its own.
class GitStore {
public:
    explicit GitStore(std::filesystem::path root);
    ~GitStore();

    /// An empty bare repository whose HEAD is main.
    void create(const std::string& key);
    void erase(const std::string& key);
    /// Removes what a killed process left in the middle of writing: locks, for which every later change of the ref
    /// would wait in vain, and temporary files. Only while nothing else uses the repository.
    void remove_leftovers(const std::string& key);
    std::filesystem::path path(const std::string& key) const;
    std::vector<std::string> keys() const;
    GitRepo open(const std::string& key);
    /// As GitRepo::listing, without touching the repository when it is known.
    ListingPtr listing(const std::string& key, const std::string& commit);

    /// Held while a ref of that repository is changed.
    std::shared_ptr<std::mutex> write_lock(const std::string& key);

private:
    friend class GitRepo;
    struct Shared;
    std::shared_ptr<Shared> shared_;
};

/// A handle for the duration of one piece of work on one thread. Throws StorageError where the request is
/// at fault, std::runtime_error with libgit2's words where the repository is.
class GitRepo {
public:
    GitRepo(GitRepo&&) noexcept = default;
    ~GitRepo();

    /// Branch, tag, full ref name, or (abbreviated) commit; throws StorageError.
    Revision resolve(std::string_view revision);
    std::optional<std::string> ref_target(const std::string& full_name);  ///< commit, tags peeled
    std::vector<RefRecord> refs();
    /// Creates or moves; if `expected` is given and the ref is elsewhere (or exists, for ""), changes
    /// nothing and returns false.
    bool set_ref(const std::string& full_name, const std::string& commit, std::optional<std::string> expected = {});
    void create_annotated_tag(const std::string& name, const std::string& commit, const std::string& message,
                              const Author& tagger);
    bool delete_ref(const std::string& full_name);

    ListingPtr listing(const std::string& commit);
    std::string blob(const std::string& oid);
    std::string tree_of(const std::string& commit);
    CommitRecord commit(const std::string& id);
    std::vector<std::string> parents(const std::string& commit);
    std::vector<CommitRecord> history(const std::string& from, std::size_t skip, std::size_t limit);
    std::size_t history_size(const std::string& from);
    /// The youngest commit that changed each path, in the order of `paths`.
    std::vector<CommitRecord> last_commits(const std::string& from, const std::vector<std::string>& paths);
    std::string diff(const std::string& from, const std::string& to);  ///< as `git diff`
    std::vector<std::string> changed_paths(const std::string& from, const std::string& to);
    std::optional<std::string> merge_base(const std::string& a, const std::string& b);
    bool is_ancestor(const std::string& ancestor, const std::string& commit);
    /// Tree of the merge of `theirs` into `ours`; nullopt and `conflicts` filled if they conflict.
    std::optional<std::string> merge_trees(const std::string& ours, const std::string& theirs,
                                           std::vector<std::string>& conflicts);
    /// A commit object; no ref is moved.
    std::string write_commit(const std::string& tree, const std::vector<std::string>& parents, const Author& author,
                             const std::string& message);
    bool has_commit(const std::string& id);
    void refresh();  ///< look for objects that others wrote

    git_repository* raw() const { return handle_; }
    std::filesystem::path path() const;

private:
    friend class GitStore;
    GitRepo(std::shared_ptr<GitStore::Shared> shared, std::string key, git_repository* handle);
    std::shared_ptr<GitStore::Shared> shared_;
    std::string key_;
    git_repository* handle_;
};

/// Throws StorageError unless `path` may stand in a repository: relative, '/'-separated, no "", ".", ".." or
/// ".git" component, no control characters, no backslash.
void check_repo_path(std::string_view path);

}  // namespace hf::local_hub
