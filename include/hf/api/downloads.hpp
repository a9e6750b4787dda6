#pragma once

#include <hf/session/session.hpp>
#include <hf/transfer/hub_download.hpp>
#include <hf/transfer/transfer_config.hpp>
#include <hf/types/hf_file_metadata.hpp>

#include <boost/asio/awaitable.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace hf {

struct GetHfFileMetadataOptions {
    TokenArg token{};
    DurationArg timeout{};   ///< longest single wait; not given: HF_HUB_ETAG_TIMEOUT, else 10 s
    DurationArg deadline{};  ///< time for the whole call
};

/// Single files.
class DownloadsApi {
public:
    explicit DownloadsApi(Session session) : session_(std::move(session)) {}

    /// Fetches a file, if it is not cached, and gives its local path.
    ///
    /// A file is only ever seen complete and with the hash that the Hub announced (IntegrityError otherwise).
    /// Where the headers name no commit or no hash, the revision, paths-info and the tree are asked; a file that
    /// none of them gives a hash for is told to the ProgressSink, or refused: TransferConfig::require_hash.
    /// Interrupted transfers of larger files leave a
    /// partial that the next call continues. If the Hub is out of reach or fails, the cached file is
    /// returned, else LocalEntryNotFoundError is thrown. Throws also EntryNotFoundError,
    /// RevisionNotFoundError, RepositoryNotFoundError, GatedRepoError, HFValidationError,
    /// UnsafePathError, FileSystemError.
    boost::asio::awaitable<std::string> hf_hub_download(std::string_view repo_id, std::string_view filename,
                                                        HfHubDownloadOptions options = {}) const;

    /// hf_hub_download, with what is known of the file.
    boost::asio::awaitable<DownloadedFile> download_file(std::string_view repo_id, std::string_view filename,
                                                         HfHubDownloadOptions options = {}) const;

    /// One HEAD of a resolve URL, following only redirects within the site.
    boost::asio::awaitable<HfFileMetadata> get_hf_file_metadata(std::string_view url,
                                                                GetHfFileMetadataOptions options = {}) const;

    /// How transfers of this session are made from now on, whichever object of the API is asked for them. Those under
    /// way keep what they began with, their share of memory and connections included. Throws HFValidationError
    /// (arguments "memory_budget", "part_size", "first_streams", "max_streams", "lock_wait", "patience") for a
    /// configuration by which nothing would move.
    void configure_transfers(TransferConfig config) const;

private:
    Session session_;
};

}  // namespace hf
