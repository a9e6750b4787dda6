#pragma once

#include <hf/core/string_list.hpp>
#include <hf/session/session.hpp>
#include <hf/transfer/progress.hpp>
#include <hf/transfer/transfer_config.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/describe/class.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace hf {

/// A file as the headers of its resolve URL describe it.
class HfFileMetadata {
public:
    HfFileMetadata() = default;

    std::optional<std::string> commit_hash;
    /// Without quotes: git-blob SHA-1 of a regular file, SHA-256 of an LFS file.
    std::optional<std::string> etag;
    std::string location;  ///< where the content is: the URL itself after renames, or signed storage
    std::optional<std::uint64_t> size;

    bool operator==(const HfFileMetadata&) const = default;
};

struct GetHfFileMetadataOptions {
    TokenArg token{};
    DurationArg timeout{};   ///< longest single wait; not given: HF_HUB_ETAG_TIMEOUT, else 10 s
    DurationArg deadline{};  ///< time for the whole call
};
BOOST_DESCRIBE_STRUCT(GetHfFileMetadataOptions, (), (token, timeout, deadline))

struct HfHubDownloadOptions {
    std::string_view subfolder{};
    std::string_view repo_type{};  ///< "model" (default), "dataset", "space"
    std::string_view revision{};   ///< branch, tag or commit; "main" by default
    std::string_view cache_dir{};  ///< empty: that of the session
    std::string_view local_dir{};  ///< also put the file here, below its path in the repository
    /// In `local_dir`: true makes links to the cache, false makes files that are not kept in the cache;
    /// empty ("auto") copies small files and links those above HF_HUB_LOCAL_DIR_AUTO_SYMLINK_THRESHOLD.
    std::optional<bool> local_dir_use_symlinks{};
    bool force_download = false;        ///< fetch again what is cached
    std::string_view force_filename{};  ///< a name in the flat cache of old versions; implies legacy_cache_layout
    /// Longest single wait when the metadata is asked for; not given: HF_HUB_ETAG_TIMEOUT, else 10 s.
    DurationArg etag_timeout{};
    /// Also continue `<etag>.incomplete` of the reference client. Partials of hfhub are always continued.
    bool resume_download = false;
    TokenArg token{};
    bool local_files_only = false;  ///< no request: the cached file or LocalEntryNotFoundError
    bool legacy_cache_layout = false;
    bool verify = false;  ///< hash what is cached, and fetch it again if it is damaged
    ProgressSink* progress = nullptr;
};
BOOST_DESCRIBE_STRUCT(HfHubDownloadOptions, (),
                      (subfolder, repo_type, revision, cache_dir, local_dir, local_dir_use_symlinks, force_download,
                       force_filename, etag_timeout, resume_download, token, local_files_only, legacy_cache_layout,
                       verify, progress))

/// A file that was downloaded, or was there.
struct DownloadedFile {
    std::string path;         ///< where it is
    std::string commit_hash;  ///< empty: the legacy cache does not know
    std::string etag;         ///< its hash, if `verified`; empty: a cache without links does not know
    std::uint64_t size = 0;
    /// It had its hash when it was fetched. False: no route of the server gives one, or a cache without links
    /// does not know.
    bool verified = false;
};

class TransferEngine;

/// Single files.
class DownloadsApi {
public:
    explicit DownloadsApi(Session session);

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

    /// For this object and all copies. Before the first call.
    void configure_transfers(TransferConfig config);

private:
    friend class SnapshotDownloadApi;
    Session session_;
    std::shared_ptr<TransferEngine> transfers_;
};

}  // namespace hf
