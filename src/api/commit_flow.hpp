#pragma once

#include "engine/upload/commit_call.hpp"

#include <hf/api/commits.hpp>

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hf {

/// create_commit, on a strand of its own.
boost::asio::awaitable<CommitInfo> make_commit(std::shared_ptr<const CommitCall> call,
                                               std::vector<CommitOperation> operations);

/// preupload_lfs_files, likewise. `gitignore` as in PreuploadOptions.
boost::asio::awaitable<void> store_lfs_files(std::shared_ptr<const CommitCall> call,
                                             std::vector<CommitOperationAdd> additions,
                                             std::optional<std::string> gitignore, bool free_memory);

}  // namespace hf
