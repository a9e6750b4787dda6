#pragma once

#include "local_hub/git/git_store.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace hf::local_hub {

class PackWriter;

/// Collects the changes of one commit. Contents go to disk as they come: as loose objects for a small
/// commit, in one pack for a large one. Nothing is visible before write_tree() and the ref update.
/// Used by one thread at a time.
class CommitBuilder {
public:
    CommitBuilder(GitRepo& repo, int pack_compression);
    ~CommitBuilder();

    std::string add_blob(std::string_view content);  ///< returns the blob's id
    void put(std::string_view path, const std::string& blob_oid);
    /// Removes a file or folder from what the commit will contain.
    void remove(std::string_view path);

    /// Blob ids of the paths set so far (removed again: absent).
    const std::map<std::string, std::string>& added() const { return added_; }

    /// The tree of `parent_commit` (empty: none) with the changes applied. Folders that became empty
    /// disappear. Makes all blobs readable.
    std::string write_tree(const std::string& parent_commit);

private:
    struct Node {
        enum class Kind { folder, file, removed };
        Kind kind = Kind::folder;
        std::string oid;
        std::map<std::string, Node, std::less<>> children;
        bool replaces = false;  ///< the folder starts empty, whatever the parent has there
    };
    Node& node_for(std::string_view path);
    std::string write_node(const Node& node, const std::string& base_tree);
    void flush();

    GitRepo& repo_;
    int pack_compression_;
    Node root_;
    std::map<std::string, std::string> added_;
    std::vector<std::string> small_;  ///< contents while the commit is small
    std::size_t small_bytes_ = 0;
    std::unique_ptr<PackWriter> pack_;
};

}  // namespace hf::local_hub
