#pragma once

#include "transfer/file.hpp"
#include "transfer/repo_cache.hpp"
#include "workflow/snapshot_run.hpp"

#include <optional>
#include <string>

namespace hf {

/// The cache that is shared with the reference client: blobs, and links to them in the snapshot's folder.
class CacheDestination final : public SnapshotDestination {
public:
    CacheDestination(Session session, std::shared_ptr<Transfers> transfers, RepoCache cache, std::string commit);

    bool has(const SnapshotFile& file) override;
    bool may_be_here(const SnapshotFile& file) override;
    boost::asio::awaitable<bool> reuse(const SameContent& content) override;
    boost::asio::awaitable<void> fetch(const SameContent& content, FetchJob job) override;
    std::shared_ptr<PartialStore> partials() override { return store_; }

private:
    void open();
    void point(const SnapshotFile& file, bool fresh);

    Session session_;
    std::shared_ptr<Transfers> transfers_;
    RepoCache cache_;
    std::string commit_;
    std::string snapshot_path_;
    std::shared_ptr<PartialStore> store_;
    std::optional<FolderTree> snapshot_;
    File blobs_;
};

/// The same cache, and a folder of the user's with links to it or copies.
class LocalDirDestination final : public SnapshotDestination {
public:
    LocalDirDestination(Session session, std::shared_ptr<Transfers> transfers, RepoCache cache, std::string commit,
                        std::string local_dir, std::optional<bool> use_symlinks);

    bool has(const SnapshotFile& file) override;
    bool may_be_here(const SnapshotFile& file) override;
    boost::asio::awaitable<bool> reuse(const SameContent& content) override;
    boost::asio::awaitable<void> fetch(const SameContent& content, FetchJob job) override;
    std::shared_ptr<PartialStore> partials() override { return store_; }

private:
    bool is_cached() const { return use_symlinks_.value_or(true); }
    boost::asio::awaitable<void> place(std::string from, const SameContent& content);
    void make_cache_folders(const SameContent& content) const;

    Session session_;
    std::shared_ptr<Transfers> transfers_;
    RepoCache cache_;
    std::string commit_;
    std::string local_dir_;
    std::optional<bool> use_symlinks_;
    std::shared_ptr<PartialStore> store_;
};

/// The hash of a local file in the form of an ETag of `size` bytes' content, taken in slices.
boost::asio::awaitable<std::string> hash_of_file(const File& file, Content content);

}  // namespace hf
