#include <hf/workflow/snapshot_download.hpp>

#include "async/on_strand.hpp"
#include "engine/download/hub_download.hpp"
#include "workflow/mirror.hpp"
#include "workflow/snapshot_args.hpp"

namespace hf {

static_assert(options_struct<SnapshotDownloadOptions>);
static_assert(options_struct<MirrorOptions>);

SnapshotDownloadApi::SnapshotDownloadApi(DownloadsApi downloads) : downloads_(std::move(downloads)) {}

boost::asio::awaitable<std::string> SnapshotDownloadApi::snapshot_download(std::string_view repo_id,
                                                                           SnapshotDownloadOptions options) const {
    const Session& session = downloads_.session_;
    return on_strand(download_snapshot(session, downloads_.transfers_, SnapshotArgs(session, repo_id, options)));
}

boost::asio::awaitable<MirrorResult> SnapshotDownloadApi::mirror(std::string_view repo_id, std::string_view folder,
                                                                 MirrorOptions options) const {
    const Session& session = downloads_.session_;
    return on_strand(mirror_folder(session, downloads_.transfers_, MirrorArgs(repo_id, folder, options)));
}

}  // namespace hf
