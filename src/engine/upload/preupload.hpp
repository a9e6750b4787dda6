#pragma once

#include "async/slice.hpp"
#include "engine/upload/commit_call.hpp"

#include <hf/core/error.hpp>
#include <hf/transfer/commit_operation.hpp>

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hf {

/// Hashes `additions`, asks the Hub how each of them is to be stored, and stores the LFS files. Those that
/// were uploaded before, or that the revision has already, are left alone. Runs on a strand. Gives the commit that the
/// revision stood at, or nothing if the Hub did not say.
boost::asio::awaitable<std::string> preupload(std::shared_ptr<const CommitCall> call,
                                              const std::vector<CommitOperationAdd>& additions,
                                              std::optional<std::string> gitignore_content, Slice& slice);

/// Note added to RepositoryNotFoundError where a commit was to be made.
[[noreturn]] void rethrow_no_repo(const Error& error);

}  // namespace hf
