#include <hf/api/downloads.hpp>

#include "async/on_strand.hpp"
#include "engine/download/file_metadata.hpp"
#include "engine/download/hub_download.hpp"
#include "engine/engine.hpp"

namespace hf {

static_assert(options_struct<GetHfFileMetadataOptions>);
static_assert(options_struct<HfHubDownloadOptions>);

void DownloadsApi::configure_transfers(TransferConfig config) const {
    TransferEngine::configure(session_, std::move(config));
}

namespace {

boost::asio::awaitable<std::string> path_of(boost::asio::awaitable<DownloadedFile> download) {
    DownloadedFile file = co_await std::move(download);
    co_return std::move(file.path);
}

}  // namespace

boost::asio::awaitable<std::string> DownloadsApi::hf_hub_download(std::string_view repo_id, std::string_view filename,
                                                                  HfHubDownloadOptions options) const {
    return path_of(download_file(repo_id, filename, options));
}

boost::asio::awaitable<DownloadedFile> DownloadsApi::download_file(std::string_view repo_id, std::string_view filename,
                                                                   HfHubDownloadOptions options) const {
    return on_strand(hub_download(HubDownloadArgs(session_, repo_id, filename, options)));
}

boost::asio::awaitable<HfFileMetadata> DownloadsApi::get_hf_file_metadata(std::string_view url,
                                                                          GetHfFileMetadataOptions options) const {
    return session_.within(options.deadline, file_metadata(session_, Url::parse(url), OwnedToken(options.token),
                                                           etag_timeout(session_, options.timeout, "timeout")));
}

}  // namespace hf
