#include "api/job_call.hpp"
#include "api/patience.hpp"

#include <algorithm>

namespace hf {

static_assert(options_struct<WaitForJobOptions>);

namespace asio = boost::asio;

namespace {

/// Jobs to wait for, and until when.
struct JobWait {
    JobWait(Session session_, const WaitForJobOptions& options)
        : session(std::move(session_)), patience(options.timeout, options.poll_interval) {
        for (std::size_t i = 0; i < options.stages.size(); ++i) stages.emplace_back(options.stages[i]);
    }

    void add(std::string_view job_id, const WaitForJobOptions& options) {
        calls.emplace_back(session, net::Method::get, "jobs", detail::job_path("job_id", job_id), options);
        ids.emplace_back(job_id);
    }
    bool is_reached(const JobInfo& job) const {
        return !job.status.is_running() || std::ranges::find(stages, job.status.stage) != stages.end();
    }

    Session session;
    detail::Patience patience;
    std::vector<std::string> stages;
    std::vector<std::string> ids;
    std::vector<detail::JobCall> calls;
};

asio::awaitable<std::vector<JobInfo>> wait_impl(JobWait wait) {
    std::vector<JobInfo> out;
    Clock& clock = wait.session.clock();
    wait.patience.start(clock.now());
    for (std::size_t i = 0; i < wait.calls.size();) {
        wait.calls[i].namespace_ = wait.calls[0].namespace_;
        Request request = co_await wait.calls[i].request();
        JobInfo job = co_await wait.session.call<JobInfo>(std::move(request));
        if (job.status.stage.empty()) json::DecodeError("member 'status.stage' is missing").raise();
        if (wait.is_reached(job)) {
            job.locate(wait.session.endpoint());
            out.push_back(std::move(job));
            ++i;
            continue;
        }
        const auto pause = wait.patience.next(clock.now());
        if (!pause) wait.patience.give_up("the job '" + wait.ids[i] + "'", job.status.stage);
        co_await clock.sleep(*pause);
    }
    co_return out;
}

asio::awaitable<JobInfo> wait_for_one(JobWait wait) {
    std::vector<JobInfo> done = co_await wait_impl(std::move(wait));
    co_return std::move(done.front());
}

}  // namespace

asio::awaitable<JobInfo> JobsApi::wait_for_job(std::string_view job_id, WaitForJobOptions options) const {
    JobWait wait(session_, options);
    wait.add(job_id, options);
    return wait_for_one(std::move(wait));
}

asio::awaitable<std::vector<JobInfo>> JobsApi::wait_for_job(const std::vector<std::string>& job_id,
                                                            WaitForJobOptions options) const {
    JobWait wait(session_, options);
    for (const auto& id : job_id) wait.add(id, options);
    return wait_impl(std::move(wait));
}

}  // namespace hf
