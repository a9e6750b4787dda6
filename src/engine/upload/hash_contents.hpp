#pragma once

#include <hf/transfer/commit_operation.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <vector>

namespace hf {

/// Fills in `upload_info` of those that have none, reading each content once, on `worker`; empty: on the
/// executor of the coroutine that awaits it, in slices that let others run.
boost::asio::awaitable<void> hash_contents(std::vector<CommitOperationAdd> additions,
                                           boost::asio::any_io_executor worker);

/// Says in the states of `additions`, which are hashed and were asked about, whether the revision has their
/// very content. Reads regular files again whose path exists there. Runs where `hash_contents` does.
boost::asio::awaitable<void> find_unchanged(std::vector<CommitOperationAdd> additions,
                                            boost::asio::any_io_executor worker);

}  // namespace hf
