#pragma once

#include "async/slice.hpp"
#include "core/glob.hpp"
#include "engine/files/repo_cache.hpp"
#include "workflow/snapshot_listing.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <vector>

namespace hf {

/// Notes in the cache which files a commit has, where the reference client 2 does: trees/<commit>.json. Either
/// then knows offline whether a snapshot is complete. A cache that cannot be written stays as it is.
boost::asio::awaitable<void> write_cached_tree(const RepoCache& cache, const SnapshotListing& listing, Slice& slice);

/// What the cache has of a commit.
class CachedSnapshot {
public:
    /// `commit` is a hash. Only files that pass `filter` count. Throws FileSystemError, UnsafePathError.
    static boost::asio::awaitable<CachedSnapshot> look(const RepoCache& cache, std::string commit,
                                                       const PatternFilter& filter, Slice& slice);

    bool known() const noexcept { return known_; }                             ///< which files the commit has is known
    const std::vector<std::string>& files() const noexcept { return files_; }  ///< that are there
    const std::vector<std::string>& missing() const noexcept { return missing_; }  ///< that are known to be missing

private:
    bool known_ = false;
    std::vector<std::string> files_, missing_;
};

}  // namespace hf
