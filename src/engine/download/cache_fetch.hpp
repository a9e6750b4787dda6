#pragma once

#include "engine/download/fetch_job.hpp"
#include "engine/files/repo_cache.hpp"
#include "engine/transfer_call.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>

namespace hf {

/// Fetches the content of `job` into `blobs/<etag>` unless it is there, or to its own name below `local_dir` if
/// that is given. Takes the reference's lock file where it is worth it. Gives what is there now: its ETag may be
/// another than that of `job`, see Fetch::content. On a strand.
boost::asio::awaitable<ContentId> fetch_into_cache(std::shared_ptr<const TransferCall> call, RepoCache cache,
                                                   FetchJob job, std::string local_dir = {});

}  // namespace hf
