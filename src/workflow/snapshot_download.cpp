#include <hf/workflow/snapshot_download.hpp>

namespace hf {

static_assert(options_struct<SnapshotDownloadOptions>);
static_assert(options_struct<MirrorOptions>);

SnapshotDownloadApi::SnapshotDownloadApi(DownloadsApi downloads) : downloads_(std::move(downloads)) {}

}  // namespace hf
