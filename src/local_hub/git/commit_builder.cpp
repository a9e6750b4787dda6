#include "local_hub/git/commit_builder.hpp"

#include "core/text.hpp"
#include "local_hub/git/git_handles.hpp"
#include "local_hub/git/pack_writer.hpp"

namespace hf::local_hub {
namespace {

// Below both, a commit's blobs become loose objects: a pack per small commit would slow every later read.
constexpr std::size_t max_loose_objects = 100;
constexpr std::size_t max_loose_bytes = 16u << 20;

git::OdbPtr odb_of(git_repository* repository) {
    return git::make<git::OdbPtr>("object store", [&](git_odb** out) { return git_repository_odb(out, repository); });
}

std::string blob_id(std::string_view content) {
    git_oid oid;
    git::check(git_odb_hash(&oid, content.data(), content.size(), GIT_OBJECT_BLOB), "hash");
    return git::hex(oid);
}

}  // namespace

CommitBuilder::CommitBuilder(GitRepo& repo, int pack_compression) : repo_(repo), pack_compression_(pack_compression) {}
CommitBuilder::~CommitBuilder() = default;

std::string CommitBuilder::add_blob(std::string_view content) {
    if (!pack_) {
        if (small_.size() < max_loose_objects && small_bytes_ + content.size() <= max_loose_bytes) {
            small_.emplace_back(content);
            small_bytes_ += content.size();
            return blob_id(content);
        }
        pack_ = std::make_unique<PackWriter>(repo_.path() / "objects" / "pack", pack_compression_);
        for (const auto& earlier : small_) pack_->add_blob(earlier);
        small_.clear();
        small_.shrink_to_fit();
    }
    return pack_->add_blob(content);
}

void CommitBuilder::flush() {
    const auto odb = odb_of(repo_.raw());
    if (pack_) {
        pack_->finish();
        pack_.reset();
        git::check(git_odb_refresh(odb.get()), "refresh");
    }
    for (const auto& content : small_) {
        git_oid oid;
        git::check(git_odb_write(&oid, odb.get(), content.data(), content.size(), GIT_OBJECT_BLOB), "write blob");
        git::require_written(repo_.raw(), oid);
    }
    small_.clear();
    small_bytes_ = 0;
}

CommitBuilder::Node& CommitBuilder::node_for(std::string_view path) {
    Node* node = &root_;
    for (const auto part : split(path, '/')) {
        if (node->kind != Node::Kind::folder) {
            // A file or a removed entry becomes a folder that has nothing of the parent commit.
            node->kind = Node::Kind::folder;
            node->replaces = true;
        }
        node = &node->children.try_emplace(std::string(part)).first->second;
    }
    return *node;
}

void CommitBuilder::put(std::string_view path, const std::string& blob_oid) {
    Node& node = node_for(path);
    node = Node();
    node.kind = Node::Kind::file;
    node.oid = blob_oid;
    added_[std::string(path)] = blob_oid;
}

void CommitBuilder::remove(std::string_view path) {
    Node& node = node_for(path);
    node = Node();
    node.kind = Node::Kind::removed;
    const std::string folder = std::string(path) + "/";
    added_.erase(std::string(path));
    for (auto it = added_.lower_bound(folder); it != added_.end() && it->first.starts_with(folder);)
        it = added_.erase(it);
}

// Returns the id of the written tree, "" if it would be empty.
std::string CommitBuilder::write_node(const Node& node, const std::string& base_tree) {
    git::TreePtr base;
    if (!base_tree.empty() && !node.replaces) {
        const git_oid oid = git::oid_of(base_tree);
        base = git::make<git::TreePtr>("tree", [&](git_tree** out) { return git_tree_lookup(out, repo_.raw(), &oid); });
    }
    const auto builder = git::make<git::TreeBuilderPtr>(
        "tree", [&](git_treebuilder** out) { return git_treebuilder_new(out, repo_.raw(), base.get()); });
    for (const auto& [name, child] : node.children) {
        std::string oid;
        git_filemode_t mode = GIT_FILEMODE_TREE;
        const git_tree_entry* before = base ? git_tree_entry_byname(base.get(), name.c_str()) : nullptr;
        if (child.kind == Node::Kind::file) {
            oid = child.oid;
            mode = GIT_FILEMODE_BLOB;
            // An executable pushed with git stays one.
            if (before && git_tree_entry_type(before) == GIT_OBJECT_BLOB) mode = git_tree_entry_filemode(before);
        } else if (child.kind == Node::Kind::folder) {
            const bool was_folder = before && git_tree_entry_type(before) == GIT_OBJECT_TREE;
            oid = write_node(child, was_folder ? git::hex(*git_tree_entry_id(before)) : std::string());
        }
        if (!oid.empty()) {
            const git_oid id = git::oid_of(oid);
            git::check(git_treebuilder_insert(nullptr, builder.get(), name.c_str(), &id, mode), "tree entry");
        } else if (git_treebuilder_get(builder.get(), name.c_str())) {
            git::check(git_treebuilder_remove(builder.get(), name.c_str()), "tree entry");
        }
    }
    if (git_treebuilder_entrycount(builder.get()) == 0 && &node != &root_) return {};
    git_oid out;
    git::check(git_treebuilder_write(&out, builder.get()), "write tree");
    git::require_written(repo_.raw(), out);
    return git::hex(out);
}

std::string CommitBuilder::write_tree(const std::string& parent_commit) {
    flush();
    return write_node(root_, parent_commit.empty() ? std::string() : repo_.tree_of(parent_commit));
}

}  // namespace hf::local_hub
