#pragma once

#include "async/slice.hpp"
#include "engine/upload/commit_call.hpp"

#include <hf/transfer/commit_operation.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace hf {

/// Stores the contents of `additions` (hashed, not empty) as LFS objects, `at_once` PUTs at a time, and
/// marks them uploaded. Signed links are asked for in batches, shortly before they are used, and again
/// when they expire; parts of a multipart upload that are done stay done. Runs on a strand. An error of
/// one file stops all; its message names the file.
boost::asio::awaitable<void> upload_lfs_files(std::shared_ptr<const CommitCall> call,
                                              std::vector<CommitOperationAdd> additions, Slice& slice);

/// How many of `sizes` (in order) are signed together: at most 256, and no more bytes than are sent before
/// links grow old. Pure.
std::size_t lfs_batch_length(std::span<const std::uint64_t> sizes);

}  // namespace hf
