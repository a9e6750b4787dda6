#pragma once

#include "async/slice.hpp"
#include "core/glob.hpp"
#include "engine/transfer_call.hpp"

#include <hf/workflow/snapshot_download.hpp>

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hf {

/// The arguments of snapshot_download, owned and validated.
class SnapshotArgs {
public:
    /// Throws HFValidationError.
    SnapshotArgs(const Session& session, std::string_view repo_id, const SnapshotDownloadOptions& options);

    std::shared_ptr<const TransferCall> call;
    std::string cache_dir, local_dir;
    std::optional<bool> use_symlinks;
    DurationArg etag_timeout;
    bool resume, force, verify, all_or_nothing, local_only;
    PatternFilter filter;
    SnapshotPlan plan;
};

/// snapshot_download; on a strand.
boost::asio::awaitable<std::string> download_snapshot(SnapshotArgs args);

/// A filter from the patterns of options.
PatternFilter pattern_filter(const StringList& allow, const StringList& ignore);
/// PatternFilter::unmatched, in slices.
boost::asio::awaitable<std::vector<std::string>> unmatched_in_slices(const PatternFilter& filter,
                                                                     std::span<const std::string_view> paths,
                                                                     Slice& slice);

}  // namespace hf
