#pragma once

#include <hf/api/commits.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hf {

/// Operations split into commits.
struct MultiCommitPlan {
    std::vector<std::vector<CommitOperationAdd>> addition_commits;
    std::vector<std::vector<CommitOperationDelete>> deletion_commits;
};

struct PlanMultiCommitsOptions {
    std::uint64_t max_operations_per_commit = 50;
    std::uint64_t max_upload_size_per_commit = 2ull << 30;  ///< bytes; a larger file gets a commit of its own
};

/// Splits operations as the reference does: deletions apart from additions, both in their order. Reads no
/// file. Throws HFValidationError for copies.
MultiCommitPlan plan_multi_commits(const std::vector<CommitOperation>& operations,
                                   PlanMultiCommitsOptions options = {});

struct CreateCommitsOnPrOptions {
    std::string_view commit_message{};  ///< also the title of the pull request; demanded
    std::string_view commit_description{};
    TokenArg token{};
    std::string_view repo_type{};
    bool merge_pr = true;      ///< merge it at the end
    unsigned num_threads = 0;  ///< as in CommitOptions
    const boost::asio::any_io_executor* worker = nullptr;
    ProgressSink* progress = nullptr;
};

/// Many commits as one pull request.
class MultiCommitsApi {
public:
    explicit MultiCommitsApi(Session session) : session_(std::move(session)) {}

    /// Pushes the commits, deletions first, to a draft pull request, opens it, and merges it if asked to.
    /// Gives its URL. Called again with the same operations after a failure it goes on where it stopped;
    /// other clients can do that as well, since progress is kept in the pull request. Throws
    /// MultiCommitException for a pull request that was tampered with or cannot be merged.
    boost::asio::awaitable<std::string> create_commits_on_pr(
        std::string_view repo_id, std::vector<std::vector<CommitOperationAdd>> addition_commits,
        std::vector<std::vector<CommitOperationDelete>> deletion_commits, CreateCommitsOnPrOptions options) const;

private:
    Session session_;
};

}  // namespace hf
