#pragma once

#include "workflow/snapshot_args.hpp"

namespace hf {

/// The arguments of mirror, owned and validated.
class MirrorArgs {
public:
    /// Throws HFValidationError.
    MirrorArgs(const Session& session, std::string_view repo_id, std::string_view folder, const MirrorOptions& options);

    std::shared_ptr<const TransferCall> call;
    std::string folder;  ///< absolute
    PatternFilter filter;
    bool remove_deleted, verify, all_or_nothing;
    std::optional<std::uint64_t> max_delete;
};

/// mirror; on a strand.
boost::asio::awaitable<MirrorResult> mirror_folder(MirrorArgs args);

}  // namespace hf
