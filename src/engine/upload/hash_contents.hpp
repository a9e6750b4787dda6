#pragma once

#include <hf/transfer/commit_operation.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <vector>

namespace hf {

/// Fills in size and sample of those that nobody looked at: all that the Hub wants to know before it says how a file
/// enters a commit. On `worker`; empty: on the executor of the coroutine that awaits it, in slices that let others run.
boost::asio::awaitable<void> describe_contents(std::vector<CommitOperationAdd> additions,
                                               boost::asio::any_io_executor worker);

/// The same with the SHA-256, which takes reading each content once, all of it. Who reads it anyway (Xet) makes its
/// SHA-256 on the way.
boost::asio::awaitable<void> hash_contents(std::vector<CommitOperationAdd> additions,
                                           boost::asio::any_io_executor worker);

/// Says in the states of `additions`, which the Hub was asked about, whether the revision has their very content. Reads
/// those whose path exists there: another upload of the same costs no request. Runs where `hash_contents` does.
boost::asio::awaitable<void> find_unchanged(std::vector<CommitOperationAdd> additions,
                                            boost::asio::any_io_executor worker);

}  // namespace hf
