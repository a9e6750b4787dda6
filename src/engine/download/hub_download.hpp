#pragma once

#include "engine/transfer_call.hpp"

#include <hf/core/token_arg.hpp>
#include <hf/transfer/hub_download.hpp>

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace hf {

/// The arguments of hf_hub_download, owned and validated.
class HubDownloadArgs {
public:
    /// Throws HFValidationError.
    HubDownloadArgs(const Session& session, std::string_view repo_id, std::string_view filename,
                    const HfHubDownloadOptions& options);
    /// One file of a larger call, with everything else as it is by default. The same checks.
    HubDownloadArgs(std::shared_ptr<const TransferCall> call, std::string_view filename);

    std::shared_ptr<const TransferCall> call;
    std::string file;  ///< with the subfolder
    std::string cache_dir, local_dir;
    std::optional<bool> use_symlinks;
    bool force = false, resume = false, local_only = false, legacy = false, verify = false;
    std::string force_filename;
    double timeout = 0;  ///< seconds for each wait for metadata
};

/// hf_hub_download as the reference does it: HEAD, then GET. On a strand.
boost::asio::awaitable<DownloadedFile> hub_download(HubDownloadArgs args);

/// The same with the flat cache of old versions (`cached_download`).
boost::asio::awaitable<DownloadedFile> legacy_download(HubDownloadArgs args);

}  // namespace hf
