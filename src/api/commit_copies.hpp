#pragma once

#include "engine/upload/commit_call.hpp"
#include "engine/upload/commit_payload.hpp"

#include <hf/transfer/commit_operation.hpp>

#include <boost/asio/awaitable.hpp>

#include <map>
#include <memory>
#include <string_view>
#include <vector>

namespace hf {

/// Paths that more than one operation concerns. The Hub applies operations in order: what another one touches has to
/// be sent, whatever the revision has there. Refers to the operations.
class Contested {
public:
    void add(const CommitOperation& operation);
    bool contains(std::string_view path) const;

    // As a container, to be emptied step by step.
    bool empty() const noexcept { return operations_on_.empty(); }
    void pop_back() { operations_on_.erase(operations_on_.begin()); }

private:
    std::map<std::string_view, std::size_t> operations_on_;
    std::vector<std::string_view> deleted_folders_;
};

/// Copies of LFS files stay, and `lfs_files` gets their hashes; copies of regular files, which the Hub does not make by
/// itself, become additions; those that change nothing disappear. `may_compare`: the revision is known to be what the
/// commit is made upon. Throws EntryNotFoundError if a source is not there.
boost::asio::awaitable<std::vector<CommitOperation>> settle_copies(std::shared_ptr<const CommitCall> call,
                                                                   std::vector<CommitOperation> operations,
                                                                   bool may_compare, FilesToCopy& lfs_files,
                                                                   Slice& slice);

}  // namespace hf
