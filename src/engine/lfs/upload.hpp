#pragma once

#include "async/semaphore.hpp"

#include <hf/core/token_arg.hpp>
#include <hf/session/session.hpp>
#include <hf/transfer/commit_operation.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace hf {

class ProgressSink;

/// What the uploads of one CommitsApi and its copies share: each PUT in flight takes the memory that its
/// buffers need, so that many calls at once stay bounded.
class Uploads {
public:
    Uploads() : memory(std::make_shared<Semaphore>(memory_limit)) {}

    static constexpr std::size_t memory_limit = 32u << 20;
    static constexpr std::size_t stream_memory = 512u << 10;  // read buffer, TLS and socket buffers
    std::shared_ptr<Semaphore> memory;
};

/// Where a commit goes and on whose behalf; owns its texts.
class UploadTarget {
public:
    UploadTarget(Session session, Repo repo, std::string revision, TokenArg token, bool create_pr);

    Session session;
    Repo repo;
    std::string revision;  ///< plain, never empty
    OwnedToken token;
    bool create_pr;
    unsigned num_threads = 8;
    boost::asio::any_io_executor worker;  ///< empty: none
    ProgressSink* progress = nullptr;
    std::shared_ptr<Uploads> uploads;
};

/// Stores the contents of `additions` (hashed, not empty) as LFS objects, `num_threads` PUTs at a time, and
/// marks them uploaded. Signed links are asked for in batches, shortly before they are used, and again
/// when they expire; parts of a multipart upload that are done stay done. Runs on a strand. An error of
/// one file stops all; its message names the file.
boost::asio::awaitable<void> upload_lfs_files(std::shared_ptr<const UploadTarget> target,
                                              std::vector<CommitOperationAdd> additions);

/// How many of `sizes` (in order) are signed together: at most 256, and no more bytes than are sent before
/// links grow old. Pure.
std::size_t lfs_batch_length(std::span<const std::uint64_t> sizes);

}  // namespace hf
