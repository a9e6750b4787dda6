#pragma once

#include <hf/api/commits.hpp>

#include <boost/asio/awaitable.hpp>

#include <string>
#include <vector>

namespace hf {

/// create_commit in as many commits as the Hub takes, one upon the other, each of them with its number in its
/// message if there are several. Gives the last one. With `create_pr` all are on one pull request. What
/// `options` refers to must live until the end.
boost::asio::awaitable<CommitInfo> commit_in_parts(Session session, CommitsApi commits, std::string repo_id,
                                                   std::vector<CommitOperation> operations, CommitOptions options);

}  // namespace hf
