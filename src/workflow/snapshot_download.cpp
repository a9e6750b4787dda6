#include <hf/workflow/snapshot_download.hpp>

#include "async/on_strand.hpp"
#include "workflow/mirror.hpp"
#include "workflow/snapshot_args.hpp"

namespace hf {

static_assert(options_struct<SnapshotDownloadOptions>);
static_assert(options_struct<MirrorOptions>);

boost::asio::awaitable<std::string> SnapshotDownloadApi::snapshot_download(std::string_view repo_id,
                                                                           SnapshotDownloadOptions options) const {
    return on_strand(download_snapshot(SnapshotArgs(session_, repo_id, options)));
}

boost::asio::awaitable<MirrorResult> SnapshotDownloadApi::mirror(std::string_view repo_id, std::string_view folder,
                                                                 MirrorOptions options) const {
    return on_strand(mirror_folder(MirrorArgs(session_, repo_id, folder, options)));
}

}  // namespace hf
