#include "engine/upload/hash_contents.hpp"
#include "session/kept_entries.hpp"
#include "workflow/multi_commit_text.hpp"

#include <hf/api/discussions.hpp>
#include <hf/api/refs.hpp>
#include <hf/core/constants.hpp>
#include <hf/core/repo.hpp>
#include <hf/workflow/multi_commits.hpp>

#include <algorithm>
#include <set>

namespace hf {
namespace asio = boost::asio;

static_assert(options_struct<PlanMultiCommitsOptions>);
static_assert(options_struct<CreateCommitsOnPrOptions>);

namespace {

/// One commit of the pull request.
struct Step {
    std::vector<CommitOperation> operations;
    MultiCommitStep* text;
    std::string id;
};

/// Owns what a call was given.
class MultiCommitRequest {
public:
    MultiCommitRequest(std::string_view repo_id, std::vector<std::vector<CommitOperationAdd>> additions,
                       std::vector<std::vector<CommitOperationDelete>> deletions,
                       const CreateCommitsOnPrOptions& options)
        : repo_id(repo_id),
          additions(std::move(additions)),
          deletions(std::move(deletions)),
          message(options.commit_message),
          description(options.commit_description),
          token(options.token),
          repo_type(options.repo_type),
          merge_pr(options.merge_pr),
          num_threads(options.num_threads),
          progress(options.progress) {
        if (options.worker) worker = *options.worker;
    }

    std::string repo_id;
    std::vector<std::vector<CommitOperationAdd>> additions;
    std::vector<std::vector<CommitOperationDelete>> deletions;
    std::string message;
    std::string description;
    OwnedToken token;
    std::string repo_type;
    bool merge_pr;
    unsigned num_threads;
    asio::any_io_executor worker;
    ProgressSink* progress;
};

RepoOptions repo_options(const MultiCommitRequest& request) {
    RepoOptions options;
    options.repo_type = request.repo_type;
    options.token = request.token.get();
    return options;
}

DiscussionCommentOptions comment_options(const MultiCommitRequest& request) {
    DiscussionCommentOptions options;
    options.repo_type = request.repo_type;
    options.token = request.token.get();
    return options;
}

[[noreturn]] void corrupted(std::int64_t number, const std::string& why) {
    ErrorInfo info;
    info.message = "Corrupted multi-commit PR #" + std::to_string(number) + ": " + why;
    throw MultiCommitException(std::move(info));
}

MultiCommitStrategy make_strategy(const MultiCommitRequest& request) {
    std::vector<MultiCommitStep> additions, deletions;
    for (const auto& operations : request.additions) {
        auto& step = additions.emplace_back();
        for (const auto& add : operations)
            step.add(add.path_in_repo(), add.upload_info().sha256, add.upload_info().size);
    }
    for (const auto& operations : request.deletions) {
        auto& step = deletions.emplace_back();
        for (const auto& removal : operations) step.remove(removal.path_in_repo(), removal.is_folder());
    }
    return MultiCommitStrategy(std::move(additions), std::move(deletions));
}

// Deletions come first.
std::vector<Step> make_steps(const MultiCommitRequest& request, MultiCommitStrategy& strategy) {
    std::vector<Step> steps;
    for (std::size_t i = 0; i < request.deletions.size(); ++i) {
        auto& step = steps.emplace_back();
        step.operations.assign(request.deletions[i].begin(), request.deletions[i].end());
        step.text = &strategy.deletions[i];
    }
    for (std::size_t i = 0; i < request.additions.size(); ++i) {
        auto& step = steps.emplace_back();
        step.operations.assign(request.additions[i].begin(), request.additions[i].end());
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

asio::awaitable<std::vector<GitCommitInfo>> list_commits(Session session,
                                                         std::shared_ptr<const MultiCommitRequest> request,
                                                         std::string revision) {
    ListRepoCommitsOptions options;
    options.revision = revision;
    options.repo_type = request->repo_type;
    options.token = request->token.get();
    auto list = RefsApi(session).list_repo_commits(request->repo_id, options);
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
asio::awaitable<DiscussionWithDetails> get_or_create(DiscussionsApi discussions,
                                                     std::shared_ptr<const MultiCommitRequest> request, std::string id,
                                                     std::string title, std::string description) {
    GetRepoDiscussionsOptions filter;
    filter.repo_type = request->repo_type;
    filter.token = request->token.get();
    std::optional<std::int64_t> draft;
    auto list = discussions.get_repo_discussions(request->repo_id, filter);
    while (!draft) {
        const std::optional<Discussion> discussion = co_await list.next();
        if (!discussion) break;
        if (discussion->is_pull_request && discussion->status == "draft" && discussion->title.find(id) != id.npos)
            draft = discussion->num;
    }
    if (draft) {
        const RepoOptions options = repo_options(*request);
        DiscussionWithDetails found = co_await discussions.get_discussion_details(request->repo_id, *draft, options);
        co_return found;
    }
    CreatePullRequestOptions options;
    options.token = request->token.get();
    options.description = description;
    options.repo_type = request->repo_type;
    DiscussionWithDetails created = co_await discussions.create_pull_request(request->repo_id, title, options);
    co_return created;
}

const DiscussionComment& first_comment(const DiscussionWithDetails& pull_request) {
    for (const auto& event : pull_request.events) {
        if (const DiscussionComment* comment = event.comment()) return *comment;
    }
    corrupted(pull_request.num, "it must have at least 1 comment.");
}

asio::awaitable<void> merge(DiscussionsApi discussions, std::shared_ptr<const MultiCommitRequest> request,
                            std::int64_t number) {
    std::optional<ErrorInfo> refusal;
    try {
        DiscussionCommentOptions options = comment_options(*request);
        options.comment = multi_commit_merge_comment;
        co_await discussions.merge_pull_request(request->repo_id, number, options);
    } catch (const BadRequestError& error) {
        refusal = error.info();
        refusal->cause = error.code();
    }
    if (!refusal) co_return;
    if (refusal->server_message.find("no associated changes") != std::string::npos) {
        DiscussionCommentOptions options = comment_options(*request);
        options.comment = multi_commit_no_changes_comment;
        co_await discussions.change_discussion_status(request->repo_id, number, "closed", options);
        co_return;
    }
    const std::string comment = multi_commit_bad_request_comment(refusal->server_message);
    co_await discussions.comment_discussion(request->repo_id, number, comment, repo_options(*request));
    refusal->message = "Couldn't merge Pull Request in multi-commit: " + refusal->server_message;
    throw MultiCommitException(std::move(*refusal));
}

asio::awaitable<void> push_step(CommitsApi commits, std::shared_ptr<const MultiCommitRequest> request, Step& step,
                                std::string revision) {
    CommitOptions options;
    options.commit_message = step.id;
    options.token = request->token.get();
    options.repo_type = request->repo_type;
    options.revision = revision;
    options.num_threads = request->num_threads;
    if (request->worker) options.worker = &request->worker;
    options.progress = request->progress;
    co_await commits.create_commit(request->repo_id, step.operations, options);
    step.text->completed = true;
}

asio::awaitable<std::string> run(Session session, CommitsApi commits,
                                 std::shared_ptr<const MultiCommitRequest> request) {
    validate_repo_type(request->repo_type);
    if (request->message.empty())
        throw_validation("commit_message", "`commit_message` can't be empty, please pass a value.");
    for (const auto& additions : request->additions) co_await hash_contents(additions, request->worker);
    MultiCommitStrategy strategy = make_strategy(*request);
    std::vector<Step> steps = make_steps(*request, strategy);

    const DiscussionsApi discussions(session);
    const DiscussionWithDetails pull_request =
        co_await get_or_create(discussions, request, strategy.id(), strategy.title(request->message),
                               strategy.description(request->message, request->description));
    const DiscussionComment& description = first_comment(pull_request);
    require_same_steps(pull_request.num, description.content, steps);

    const std::string revision = "refs/pr/" + std::to_string(pull_request.num);
    const auto on_main = co_await list_commits(session, request, std::string(default_revision));
    const auto on_pr = co_await list_commits(session, request, revision);
    mark_completed(pull_request.num, on_main, on_pr, steps);

    for (auto& step : steps) {
        if (step.text->completed) continue;
        co_await push_step(commits, request, step, revision);
        const std::string progress = strategy.description(request->message, request->description);
        co_await discussions.edit_discussion_comment(request->repo_id, pull_request.num, description.id, progress,
                                                     repo_options(*request));
    }
    co_await discussions.rename_discussion(request->repo_id, pull_request.num, request->message,
                                           repo_options(*request));
    DiscussionCommentOptions completion = comment_options(*request);
    completion.comment = multi_commit_completion_comment;
    co_await discussions.change_discussion_status(request->repo_id, pull_request.num, "open", completion);
    if (request->merge_pr) co_await merge(discussions, request, pull_request.num);
    co_return pull_request.url;
}

}  // namespace

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
    return run(session_, commits_,
               std::make_shared<MultiCommitRequest>(repo_id, std::move(addition_commits), std::move(deletion_commits),
                                                    options));
}

}  // namespace hf
