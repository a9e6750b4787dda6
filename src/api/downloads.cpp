#include <hf/api/downloads.hpp>

#include "transfer/transfers.hpp"

namespace hf {

static_assert(options_struct<GetHfFileMetadataOptions>);
static_assert(options_struct<HfHubDownloadOptions>);

DownloadsApi::DownloadsApi(Session session)
    : session_(std::move(session)), transfers_(std::make_shared<Transfers>(TransferConfig())) {}

void DownloadsApi::configure_transfers(TransferConfig config) {
    transfers_->memory->set_limit(config.memory_budget);
    transfers_->config = std::move(config);
}

}  // namespace hf
