#include "workflow/multi_commit_flow.hpp"

#include "api/commit_flow.hpp"
#include "engine/upload/hash_contents.hpp"
#include "session/kept_entries.hpp"
#include "workflow/multi_commit_text.hpp"

#include <hf/api/discussions.hpp>
#include <hf/api/refs.hpp>
#include <hf/core/constants.hpp>
#include <hf/core/repo.hpp>

#include <algorithm>
#include <set>

namespace hf {
namespace asio = boost::asio;

namespace {

/// One commit of the pull request.
struct Step {
    std::vector<CommitOperation> operations;
    MultiCommitStep* text;
    std::string id;
};

RepoOptions repo_options(const CommitCall& call) {
    RepoOptions options;
    options.repo_type = call.repo.type();
    options.token = call.token.get();
    return options;
}

DiscussionCommentOptions comment_options(const CommitCall& call) {
    DiscussionCommentOptions options;
    options.repo_type = call.repo.type();
    options.token = call.token.get();
    return options;
}

[[noreturn]] void corrupted(std::int64_t number, const std::string& why) {
    ErrorInfo info;
    info.message = "Corrupted multi-commit PR #" + std::to_string(number) + ": " + why;
    throw MultiCommitException(std::move(info));
}

MultiCommitStrategy make_strategy(const MultiCommitPlan& plan) {
    std::vector<MultiCommitStep> additions, deletions;
    for (const auto& operations : plan.addition_commits) {
        auto& step = additions.emplace_back();
        for (const auto& add : operations)
            step.add(add.path_in_repo(), add.upload_info().sha256, add.upload_info().size);
    }
    for (const auto& operations : plan.deletion_commits) {
        auto& step = deletions.emplace_back();
        for (const auto& removal : operations) step.remove(removal.path_in_repo(), removal.is_folder());
    }
    return MultiCommitStrategy(std::move(additions), std::move(deletions));
}

// Deletions come first.
std::vector<Step> make_steps(const MultiCommitPlan& plan, MultiCommitStrategy& strategy) {
    std::vector<Step> steps;
    for (std::size_t i = 0; i < plan.deletion_commits.size(); ++i) {
        auto& step = steps.emplace_back();
        step.operations.assign(plan.deletion_commits[i].begin(), plan.deletion_commits[i].end());
        step.text = &strategy.deletions[i];
    }
    for (std::size_t i = 0; i < plan.addition_commits.size(); ++i) {
        auto& step = steps.emplace_back();
        step.operations.assign(plan.addition_commits[i].begin(), plan.addition_commits[i].end());
        step.text = &strategy.additions[i];
    }
    for (auto& step : steps) step.id = step.text->id();
    return steps;
}

void require_same_steps(std::int64_t number, const std::string& description, const std::vector<Step>& steps) {
    const std::vector<std::string> listed = parse_multi_commit_description(description);
    if (listed.size() != steps.size())
        corrupted(number, "got " + std::to_string(listed.size()) + " steps in description but " +
                              std::to_string(steps.size()) + " in strategy.");
    for (const auto& step : steps) {
        if (!std::ranges::binary_search(listed, step.id))
            corrupted(number, "expected step " + step.id + " but didn't find it.");
    }
}

asio::awaitable<std::vector<GitCommitInfo>> list_commits(std::shared_ptr<const CommitCall> call, std::string revision) {
    ListRepoCommitsOptions options;
    options.revision = revision;
    options.repo_type = call->repo.type();
    options.token = call->token.get();
    auto list = RefsApi(call->session).list_repo_commits(call->repo.id(), options);
    std::vector<GitCommitInfo> commits;
    while (std::optional<GitCommitInfo> commit = co_await list.next()) {
        require_room_for_entry(commits.size());
        commits.push_back(std::move(*commit));
    }
    co_return commits;
}

// Marks the steps whose commits are on the pull request already.
void mark_completed(std::int64_t number, const std::vector<GitCommitInfo>& on_main,
                    const std::vector<GitCommitInfo>& on_pr, std::vector<Step>& steps) {
    std::set<std::string_view> old;
    for (const auto& commit : on_main) old.insert(commit.commit_id);
    std::size_t pushed = 0;
    for (const auto& commit : on_pr) {
        if (old.contains(commit.commit_id)) continue;
        ++pushed;
        for (auto& step : steps) {
            if (step.id == commit.title) step.text->completed = true;
        }
    }
    if (pushed > steps.size())
        corrupted(number, "scheduled " + std::to_string(steps.size()) + " steps but " + std::to_string(pushed) +
                              " commits have already been pushed to the PR.");
    const auto is_done = [](const Step& step) { return step.text->completed; };
    const auto is_deletion = [](const Step& step) {
        return std::holds_alternative<CommitOperationDelete>(step.operations.front());
    };
    const bool addition_done =
        std::ranges::any_of(steps, [&](const Step& step) { return !is_deletion(step) && is_done(step); });
    const bool deletion_open =
        std::ranges::any_of(steps, [&](const Step& step) { return is_deletion(step) && !is_done(step); });
    if (addition_done && deletion_open)
        corrupted(number,
                  "some addition commits have already been pushed to the PR but deletion commits are not all "
                  "completed yet.");
}

// The draft that an earlier call with the same operations has left, or a new one.
asio::awaitable<DiscussionWithDetails> get_or_create(DiscussionsApi discussions, std::shared_ptr<const CommitCall> call,
                                                     std::string id, std::string title, std::string description) {
    GetRepoDiscussionsOptions filter;
    filter.repo_type = call->repo.type();
    filter.token = call->token.get();
    std::optional<std::int64_t> draft;
    auto list = discussions.get_repo_discussions(call->repo.id(), filter);
    while (!draft) {
        const std::optional<Discussion> discussion = co_await list.next();
        if (!discussion) break;
        if (discussion->is_pull_request && discussion->status == "draft" && discussion->title.find(id) != id.npos)
            draft = discussion->num;
    }
    if (draft) {
        const RepoOptions options = repo_options(*call);
        DiscussionWithDetails found = co_await discussions.get_discussion_details(call->repo.id(), *draft, options);
        co_return found;
    }
    CreatePullRequestOptions options;
    options.token = call->token.get();
    options.description = description;
    options.repo_type = call->repo.type();
    DiscussionWithDetails created = co_await discussions.create_pull_request(call->repo.id(), title, options);
    co_return created;
}

const DiscussionComment& first_comment(const DiscussionWithDetails& pull_request) {
    for (const auto& event : pull_request.events) {
        if (const DiscussionComment* comment = event.comment()) return *comment;
    }
    corrupted(pull_request.num, "it must have at least 1 comment.");
}

asio::awaitable<void> merge(DiscussionsApi discussions, std::shared_ptr<const CommitCall> call, std::int64_t number) {
    std::optional<ErrorInfo> refusal;
    try {
        DiscussionCommentOptions options = comment_options(*call);
        options.comment = multi_commit_merge_comment;
        co_await discussions.merge_pull_request(call->repo.id(), number, options);
    } catch (const BadRequestError& error) {
        refusal = error.info();
        refusal->cause = error.code();
    }
    if (!refusal) co_return;
    if (refusal->server_message.find("no associated changes") != std::string::npos) {
        DiscussionCommentOptions options = comment_options(*call);
        options.comment = multi_commit_no_changes_comment;
        co_await discussions.change_discussion_status(call->repo.id(), number, "closed", options);
        co_return;
    }
    const std::string comment = multi_commit_bad_request_comment(refusal->server_message);
    co_await discussions.comment_discussion(call->repo.id(), number, comment, repo_options(*call));
    refusal->message = "Couldn't merge Pull Request in multi-commit: " + refusal->server_message;
    throw MultiCommitException(std::move(*refusal));
}

asio::awaitable<void> push_step(std::shared_ptr<const CommitCall> call, Step& step, std::string revision) {
    const auto commit = std::make_shared<CommitCall>(*call);
    commit->message = step.id;
    commit->description.clear();
    commit->parent_commit.clear();
    commit->create_pr = false;
    commit->revision = std::move(revision);
    co_await make_commit(commit, step.operations);
    step.text->completed = true;
}

}  // namespace

asio::awaitable<std::string> commit_on_pull_request(std::shared_ptr<const CommitCall> call, MultiCommitPlan plan,
                                                    bool merge_it) {
    const std::string message = call->message.value_or(std::string());
    if (message.empty()) throw_validation("commit_message", "`commit_message` can't be empty, please pass a value.");
    for (const auto& additions : plan.addition_commits) co_await hash_contents(additions, call->worker);
    MultiCommitStrategy strategy = make_strategy(plan);
    std::vector<Step> steps = make_steps(plan, strategy);

    const DiscussionsApi discussions(call->session);
    const DiscussionWithDetails pull_request = co_await get_or_create(
        discussions, call, strategy.id(), strategy.title(message), strategy.description(message, call->description));
    const DiscussionComment& description = first_comment(pull_request);
    require_same_steps(pull_request.num, description.content, steps);

    const std::string revision = "refs/pr/" + std::to_string(pull_request.num);
    const auto on_main = co_await list_commits(call, std::string(default_revision));
    const auto on_pr = co_await list_commits(call, revision);
    mark_completed(pull_request.num, on_main, on_pr, steps);

    const std::string& repo_id = call->repo.id();
    for (auto& step : steps) {
        if (step.text->completed) continue;
        co_await push_step(call, step, revision);
        const std::string progress = strategy.description(message, call->description);
        co_await discussions.edit_discussion_comment(repo_id, pull_request.num, description.id, progress,
                                                     repo_options(*call));
    }
    co_await discussions.rename_discussion(repo_id, pull_request.num, message, repo_options(*call));
    DiscussionCommentOptions completion = comment_options(*call);
    completion.comment = multi_commit_completion_comment;
    co_await discussions.change_discussion_status(repo_id, pull_request.num, "open", completion);
    if (merge_it) co_await merge(discussions, call, pull_request.num);
    co_return pull_request.url;
}

}  // namespace hf
