#pragma once

#include "engine/files/file.hpp"
#include "engine/files/repo_cache.hpp"
#include "workflow/snapshot_run.hpp"

#include <optional>
#include <string>

namespace hf {

/// The cache that is shared with the reference client: blobs, and links to them in the snapshot's folder.
class CacheDestination final : public SnapshotDestination {
public:
    /// What is there is believed for its size; with `verify` it is hashed.
    CacheDestination(std::shared_ptr<const TransferCall> call, RepoCache cache, std::string commit, bool verify);

    bool has(const SnapshotFile& file) override;
    bool may_be_here(const SnapshotFile& file) override;
    boost::asio::awaitable<bool> reuse(const SameContent& content) override;
    boost::asio::awaitable<void> fetch(const SameContent& content, FetchJob job) override;
    std::shared_ptr<PartialStore> partials() override { return store_; }

private:
    void open();

    std::shared_ptr<const TransferCall> call_;
    RepoCache cache_;
    std::string commit_;
    bool verify_;
    std::shared_ptr<PartialStore> store_;
    std::optional<FolderTree> there_;       // to look at what is there: nothing is made for that
    std::optional<SnapshotFolder> folder_;  // since something was to be written
};

/// The same cache, and a folder of the user's with links to it or copies.
class LocalDirDestination final : public SnapshotDestination {
public:
    LocalDirDestination(std::shared_ptr<const TransferCall> call, RepoCache cache, std::string commit,
                        std::string local_dir, std::optional<bool> use_symlinks, bool verify);

    bool has(const SnapshotFile& file) override;
    bool may_be_here(const SnapshotFile& file) override;
    boost::asio::awaitable<bool> reuse(const SameContent& content) override;
    boost::asio::awaitable<void> fetch(const SameContent& content, FetchJob job) override;
    std::shared_ptr<PartialStore> partials() override { return store_; }

private:
    bool is_cached() const { return use_symlinks_.value_or(true); }
    boost::asio::awaitable<void> place(std::string from, const SameContent& content);

    std::shared_ptr<const TransferCall> call_;
    RepoCache cache_;
    std::string commit_;
    std::optional<bool> use_symlinks_;
    bool verify_;
    FolderTree tree_;
    std::shared_ptr<PartialStore> store_;
};

/// Whether `name` in the open folder has the size of `file` and, with `verify`, its hash, which is taken on `worker`.
/// Links are followed.
boost::asio::awaitable<bool> is_right(int folder, std::string name, const SnapshotFile& file, bool verify,
                                      boost::asio::any_io_executor worker);

}  // namespace hf
