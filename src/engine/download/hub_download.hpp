#pragma once

#include "engine/download/fetch.hpp"
#include "engine/download/file_inquiry.hpp"
#include "engine/files/repo_cache.hpp"

#include <hf/api/downloads.hpp>
#include <hf/core/token_arg.hpp>

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

    std::string repo_type, repo_id;
    std::string file;  ///< with the subfolder
    std::string revision;
    std::string cache_dir, local_dir;
    std::optional<bool> use_symlinks;
    bool force, resume, local_only, legacy, verify;
    std::string force_filename;
    double timeout;
    OwnedToken token;
    ProgressSink* progress;
};

/// hf_hub_download as the reference does it: HEAD, then GET. On a strand.
boost::asio::awaitable<DownloadedFile> hub_download(Session session, std::shared_ptr<TransferEngine> transfers,
                                                    HubDownloadArgs args);

/// The same with the flat cache of old versions (`cached_download`).
boost::asio::awaitable<DownloadedFile> legacy_download(Session session, std::shared_ptr<TransferEngine> transfers,
                                                       HubDownloadArgs args);

/// Where hf_hub_download gets content: what a HEAD of the file named, and on expiry another HEAD.
class MetadataSource final : public DownloadSource {
public:
    MetadataSource(std::shared_ptr<const FileInquiry> inquiry, const HfFileMetadata& metadata);

    boost::asio::awaitable<Request> request() override;
    bool renew(unsigned status) override;
    void answered(const Url&) override { worked_ = true; }
    boost::asio::awaitable<std::string> second_opinion() override;

private:
    std::shared_ptr<const FileInquiry> inquiry_;
    std::string commit_;
    std::optional<Url> location_;
    bool worked_ = false;  // the current link has given content
};

/// Whether an error of the metadata allows for answering from the cache: the Hub is out of reach, refuses or
/// fails. Not for a certificate that is not trusted, nor for what is known not to exist.
bool may_use_cache(const Error& error);

/// The error that is thrown when the Hub cannot be asked or refuses (`cause` says why) and nothing fits in the
/// cache. Repositories that cannot be seen and tokens that are refused are told as such.
[[noreturn]] void throw_not_cached(std::string_view what, bool local_only, std::exception_ptr cause);

/// Seconds without a byte after which a download is taken up again, if HF_HUB_DOWNLOAD_TIMEOUT names them.
std::optional<double> download_timeout(const Session& session);

/// Fetches the content of `job` into `blobs/<etag>` unless it is there, or to its own name below `local_dir` if
/// that is given. Takes the reference's lock file where it is worth it. Gives what is there now: its ETag may be
/// another than that of `job`, see Fetch::content. On a strand.
boost::asio::awaitable<ContentId> fetch_into_cache(Session session, std::shared_ptr<TransferEngine> transfers,
                                                   RepoCache cache, FetchJob job, std::string local_dir = {});

}  // namespace hf
