#include "commit_objects.hpp"
#include "methods.hpp"

#include <hf/workflow/commit_scheduler.hpp>

namespace hf::conformance {

template <>
struct Rendering<MultiCommitPlan> {
    static json::value render(const MultiCommitPlan& plan) {
        return json::array{conformance::render(plan.addition_commits), conformance::render(plan.deletion_commits)};
    }
};

namespace {

namespace asio = boost::asio;

asio::awaitable<json::value> snapshot_download(Call& call) {
    const auto repo_id = call.arguments.parameter<std::string_view>("repo_id");
    auto options = call.arguments.rest<SnapshotDownloadOptions>();
    if (call.world.mode() == Mode::requests) options.plan = SnapshotPlan::reference;
    return rendered(call, call.world.api().snapshot_download(repo_id, options));
}

asio::awaitable<json::value> plan(Call& call) {
    const auto operations = call.arguments.parameter<std::vector<CommitOperation>>("operations");
    const auto options = call.arguments.rest<PlanMultiCommitsOptions>();
    co_return render(plan_multi_commits(operations, options));
}

/// With several commits the reference gives the address of the pull request instead of a CommitInfo.
Method upload_folder() {
    return [one = call(&HfApi::upload_folder, {"repo_id", "folder_path"})](Call& call) -> asio::awaitable<json::value> {
        const bool on_pr = call.arguments.contains("multi_commits") && call.arguments.parameter<bool>("multi_commits");
        call.arguments.ignore("multi_commits_verbose");
        if (!on_pr) co_return co_await one(call);
        const auto repo_id = call.arguments.parameter<std::string>("repo_id");
        const auto folder = call.arguments.parameter<std::filesystem::path>("folder_path");
        auto options = call.arguments.rest<UploadFolderOptions>();
        options.multi_commits = true;
        options.num_threads = 1;
        const CommitInfo info = co_await call.world.api().upload_folder(repo_id, folder, options);
        co_return json::value(info.url);
    };
}

using Scheduler = std::shared_ptr<CommitScheduler>;

CommitScheduler& scheduler_of(Call& call) { return *std::any_cast<const Scheduler&>(*call.receiver); }

/// The background is held back, as the notes of the cases say; `last_future` lets it go.
asio::awaitable<json::value> construct_scheduler(Call& call) {
    call.arguments.ignore("hf_api");
    const auto repo_id = call.arguments.parameter<std::string>("repo_id");
    const auto folder = call.arguments.parameter<std::filesystem::path>("folder_path");
    std::optional<std::int64_t> every;
    if (call.arguments.contains("every")) every = call.arguments.parameter<std::int64_t>("every");
    auto options = call.arguments.rest<CommitSchedulerOptions>();
    if (every) options.every = std::chrono::minutes(*every);
    auto scheduler = std::make_shared<CommitScheduler>(call.world.api().session(), repo_id, folder, options);
    co_await scheduler->open();
    call.made = SavedObject{"CommitScheduler", std::any(scheduler), [] { return json::value(); }};
    json::object shown;
    shown["$repr"] = "CommitScheduler";
    co_return shown;
}

asio::awaitable<json::value> push_to_hub(Call& call) { return rendered(call, scheduler_of(call).push_to_hub()); }
asio::awaitable<json::value> trigger(Call& call) { return rendered(call, scheduler_of(call).trigger()); }

asio::awaitable<json::value> stop(Call& call) {
    scheduler_of(call).stop();
    co_return json::value();
}

asio::awaitable<json::value> last_future(Call& call) {
    call.arguments.ignore("timeout");
    CommitScheduler& scheduler = scheduler_of(call);
    co_await scheduler.start();
    scheduler.stop();  // the first push was promised; time does not pass here, so there would be no end of others
    const auto commit = co_await scheduler.last_push();
    co_return render(commit);
}

}  // namespace

std::vector<MethodRow> workflow_methods() {
    return {
        {"CommitScheduler", construct_scheduler},
        {"CommitScheduler.last_future.result", last_future},
        {"CommitScheduler.push_to_hub", push_to_hub},
        {"CommitScheduler.stop", stop},
        {"CommitScheduler.trigger", trigger},
        {"create_commits_on_pr", ignoring({"verbose"}, call(&HfApi::create_commits_on_pr,
                                                            {"repo_id", "addition_commits", "deletion_commits"}))},
        {"plan_multi_commits", plan},
        {"snapshot_download", snapshot_download},
        {"upload_folder", upload_folder()},
    };
}

}  // namespace hf::conformance
