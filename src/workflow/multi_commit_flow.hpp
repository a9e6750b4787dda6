#pragma once

#include "engine/upload/commit_call.hpp"

#include <hf/workflow/multi_commits.hpp>

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>

namespace hf {

/// create_commits_on_pr: the message of `call` is the title of the pull request, `merge_it` whether it is merged.
boost::asio::awaitable<std::string> commit_on_pull_request(std::shared_ptr<const CommitCall> call, MultiCommitPlan plan,
                                                           bool merge_it);

}  // namespace hf
