#pragma once

#include "workflow/snapshot_args.hpp"

namespace hf {

/// The arguments of mirror, owned and validated.
class MirrorArgs {
public:
    /// Throws HFValidationError.
    MirrorArgs(std::string_view repo_id, std::string_view folder, const MirrorOptions& options);

    Repo repo;
    std::string folder;  ///< absolute
    std::string revision;
    OwnedToken token;
    PatternFilter filter;
    unsigned max_workers;
    bool remove_deleted, verify, all_or_nothing;
    std::optional<std::uint64_t> max_delete;
    ProgressSink* progress;
};

/// mirror; on a strand.
boost::asio::awaitable<MirrorResult> mirror_folder(Session session, std::shared_ptr<TransferEngine> transfers,
                                                   MirrorArgs args);

}  // namespace hf
