#include <hf/workflow/multi_commits.hpp>

#include "workflow/multi_commit_flow.hpp"

#include <hf/core/error.hpp>

#include <utility>

namespace hf {
namespace asio = boost::asio;

static_assert(options_struct<PlanMultiCommitsOptions>);
static_assert(options_struct<CreateCommitsOnPrOptions>);

MultiCommitPlan plan_multi_commits(const std::vector<CommitOperation>& operations, PlanMultiCommitsOptions options) {
    MultiCommitPlan plan;
    std::vector<CommitOperationAdd> additions;
    std::vector<CommitOperationDelete> deletions;
    std::uint64_t bytes = 0;
    const auto flush = [](auto& group, auto& commits) {
        commits.push_back(std::move(group));
        group.clear();
    };
    for (const auto& operation : operations) {
        if (const auto* removal = std::get_if<CommitOperationDelete>(&operation)) {
            deletions.push_back(*removal);
            if (deletions.size() >= options.max_operations_per_commit) flush(deletions, plan.deletion_commits);
            continue;
        }
        const auto* add = std::get_if<CommitOperationAdd>(&operation);
        if (!add) throw_validation("operations", "a copy cannot be part of a multi-commit");
        const std::uint64_t size = add->size();
        if (size >= options.max_upload_size_per_commit) {
            plan.addition_commits.push_back({*add});
        } else {
            if (bytes + size >= options.max_upload_size_per_commit) {
                flush(additions, plan.addition_commits);
                bytes = 0;
            }
            additions.push_back(*add);
            bytes += size;
        }
        if (additions.size() >= options.max_operations_per_commit) {
            flush(additions, plan.addition_commits);
            bytes = 0;
        }
    }
    if (!additions.empty()) flush(additions, plan.addition_commits);
    if (!deletions.empty()) flush(deletions, plan.deletion_commits);
    return plan;
}

asio::awaitable<std::string> MultiCommitsApi::create_commits_on_pr(
    std::string_view repo_id, std::vector<std::vector<CommitOperationAdd>> addition_commits,
    std::vector<std::vector<CommitOperationDelete>> deletion_commits, CreateCommitsOnPrOptions options) const {
    MultiCommitPlan plan;
    plan.addition_commits = std::move(addition_commits);
    plan.deletion_commits = std::move(deletion_commits);
    return commit_on_pull_request(std::make_shared<CommitCall>(session_, repo_id, options), std::move(plan),
                                  options.merge_pr);
}

}  // namespace hf
