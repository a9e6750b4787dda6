#pragma once

#include "engine/upload/commit_call.hpp"

#include <hf/transfer/commit_operation.hpp>

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <vector>

namespace hf {

/// Stores the contents of `additions` (described, not empty) in Xet storage, `at_once` xorbs at a time as far as the
/// memory budget goes, and marks them uploaded: only what the store does not have is sent, and each gigabyte is
/// registered as soon as it is there, so that a run that was interrupted need not be repeated. Nothing is done where
/// the session or the Hub has no Xet storage, and if it turns out to be unusable Session::warn is told: additions that
/// are not marked are to be stored otherwise. Runs on a strand. An error of one file stops all; its message names the
/// file.
boost::asio::awaitable<void> upload_to_xet(std::shared_ptr<const CommitCall> call,
                                           const std::vector<CommitOperationAdd>& additions);

}  // namespace hf
