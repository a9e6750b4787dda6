#pragma once

#include "engine/upload/commit_call.hpp"

#include <hf/api/commits.hpp>

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <vector>

namespace hf {

/// create_commit in as many commits as the Hub takes, one upon the other, each of them with its number in its
/// message if there are several. Gives the last one. With `create_pr` all are on one pull request.
boost::asio::awaitable<CommitInfo> commit_in_parts(std::shared_ptr<const CommitCall> call,
                                                   std::vector<CommitOperation> operations);

}  // namespace hf
