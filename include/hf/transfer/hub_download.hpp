#pragma once

#include <hf/core/duration_arg.hpp>
#include <hf/core/token_arg.hpp>
#include <hf/transfer/progress.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hf {

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

/// A file that was downloaded, or was there.
struct DownloadedFile {
    std::string path;         ///< where it is
    std::string commit_hash;  ///< empty: the legacy cache does not know
    std::string etag;         ///< its hash, if `verified`; empty: a cache without links does not know
    std::uint64_t size = 0;
    /// It had its hash when it was fetched; of a file that came from Xet storage, its Xet id, and its hash with
    /// TransferConfig::xet_sha256. False: no route of the server gives one, or a cache without links does not know.
    bool verified = false;
};

}  // namespace hf
