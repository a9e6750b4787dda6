#pragma once

#include <hf/transfer/commit_operation.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>
#include <vector>

namespace hf {

/// Fills in `upload_info` of those that have none, reading each content once. Runs on the executor of the
/// coroutine that awaits it, and lets others run after every MiB.
boost::asio::awaitable<void> hash_contents(std::vector<CommitOperationAdd> additions);

/// The same on `worker`; empty: here.
boost::asio::awaitable<void> hash_contents(std::vector<CommitOperationAdd> additions,
                                           boost::asio::any_io_executor worker);

}  // namespace hf
