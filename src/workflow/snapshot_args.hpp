#pragma once

#include "engine/engine.hpp"

#include <hf/core/glob.hpp>
#include <hf/core/token_arg.hpp>
#include <hf/workflow/snapshot_download.hpp>

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace hf {

/// The arguments of snapshot_download, owned and validated.
class SnapshotArgs {
public:
    /// Throws HFValidationError.
    SnapshotArgs(const Session& session, std::string_view repo_id, const SnapshotDownloadOptions& options);

    Repo repo;
    std::string revision;
    std::string cache_dir, local_dir;
    std::optional<bool> use_symlinks;
    DurationArg etag_timeout;
    bool resume, force, verify, all_or_nothing, local_only;
    OwnedToken token;
    PatternFilter filter;
    unsigned max_workers;
    SnapshotPlan plan;
    ProgressSink* progress;
};

/// snapshot_download; on a strand.
boost::asio::awaitable<std::string> download_snapshot(Session session, std::shared_ptr<TransferEngine> transfers,
                                                      SnapshotArgs args);

/// A filter from the patterns of options.
PatternFilter pattern_filter(const StringList& allow, const StringList& ignore);

}  // namespace hf
