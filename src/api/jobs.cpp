#include "api/job_body.hpp"
#include "api/job_call.hpp"
#include "core/text.hpp"
#include "session/lists_in_turn.hpp"

#include <hf/api/jobs.hpp>

#include <algorithm>
#include <cctype>

namespace hf {

static_assert(options_struct<RunJobOptions> && options_struct<JobOptions> && options_struct<ListJobsOptions> &&
              options_struct<ListScheduledJobsOptions> && options_struct<UpdateJobExposeOptions>);

namespace asio = boost::asio;

namespace {

using detail::job_path;
using detail::JobCall;

template <class T>
asio::awaitable<T> impl(JobCall call) {
    Request request = co_await call.request();
    if constexpr (std::is_void_v<T>) {
        co_await call.session.call<void>(std::move(request));
    } else {
        T out = co_await call.session.call<T>(std::move(request));
        if constexpr (requires { out.locate(std::string_view()); }) out.locate(call.session.endpoint());
        co_return out;
    }
}

/// The one list of a namespace.
template <class T>
class JobList {
public:
    JobList(JobCall call, std::vector<std::pair<std::string, std::string>> query,
            std::optional<std::chrono::milliseconds> timeout)
        : call_(std::move(call)), query_(std::move(query)), timeout_(timeout) {}

    asio::awaitable<std::optional<AsyncGenerator<T>>> operator()() {
        if (opened_) co_return std::nullopt;
        Request request = co_await call_.request();
        for (const auto& [name, value] : query_) request.query(name, value);
        if (timeout_) request.timeout(*timeout_);
        opened_ = true;
        const auto convert = [endpoint = call_.session.endpoint()](const json::value& item) {
            T out = json::from_value<T>(item);
            if constexpr (requires { out.locate(endpoint); }) out.locate(endpoint);
            return out;
        };
        co_return call_.session.list_with<T>(std::move(request), convert, all_readable);
    }

private:
    JobCall call_;
    std::vector<std::pair<std::string, std::string>> query_;
    std::optional<std::chrono::milliseconds> timeout_;
    bool opened_ = false;
};

template <class Options>
std::vector<std::pair<std::string, std::string>> list_query(const Options& options) {
    std::vector<std::pair<std::string, std::string>> out;
    if constexpr (requires { options.status; }) {
        for (std::size_t i = 0; i < options.status.size(); ++i) {
            std::string stage(options.status[i]);
            std::ranges::transform(stage, stage.begin(),
                                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
            out.emplace_back("stage", std::move(stage));
        }
    }
    if (!options.labels) return out;
    for (const auto& [name, value] : *options.labels)
        out.emplace_back("label", std::string(name) + "=" + detail::text_of_label(value));
    return out;
}

json::object member(std::string_view name, json::value value) {
    json::object out;
    out[name] = std::move(value);
    return out;
}

}  // namespace

asio::awaitable<JobInfo> JobsApi::run_job(std::string_view image, const std::vector<std::string>& command,
                                          RunJobOptions options) const {
    return impl<JobInfo>(
        JobCall(session_, net::Method::post, "jobs", "", options).with(detail::job_body(image, command, options)));
}

asio::awaitable<JobInfo> JobsApi::rerun_job(std::string_view job_id, JobOptions options) const {
    return impl<JobInfo>(
        JobCall(session_, net::Method::post, "jobs", job_path("job_id", job_id, "/duplicate"), options));
}

AsyncGenerator<JobInfo> JobsApi::list_jobs(ListJobsOptions options) const {
    return detail::lists_in_turn<JobInfo>(JobList<JobInfo>(JobCall(session_, net::Method::get, "jobs", "", options),
                                                           list_query(options), options.timeout.positive("timeout")));
}

asio::awaitable<JobInfo> JobsApi::inspect_job(std::string_view job_id, JobOptions options) const {
    return impl<JobInfo>(JobCall(session_, net::Method::get, "jobs", job_path("job_id", job_id), options));
}

asio::awaitable<void> JobsApi::cancel_job(std::string_view job_id, JobOptions options) const {
    return impl<void>(JobCall(session_, net::Method::post, "jobs", job_path("job_id", job_id, "/cancel"), options));
}

asio::awaitable<JobInfo> JobsApi::update_job_labels(std::string_view job_id, const json::object& labels,
                                                    JobOptions options) const {
    return impl<JobInfo>(JobCall(session_, net::Method::put, "jobs", job_path("job_id", job_id, "/labels"), options)
                             .with(member("labels", labels)));
}

asio::awaitable<JobInfo> JobsApi::update_job_expose(std::string_view job_id, UpdateJobExposeOptions options) const {
    return impl<JobInfo>(JobCall(session_, net::Method::put, "jobs", job_path("job_id", job_id, "/expose"), options)
                             .with(detail::ports_json(options.expose, options.expose_public)));
}

asio::awaitable<std::vector<JobHardwareInfo>> JobsApi::list_jobs_hardware(TokenOptions options) const {
    return session_.call<std::vector<JobHardwareInfo>>(get("/api/jobs/hardware").token(options.token));
}

asio::awaitable<ScheduledJobInfo> JobsApi::create_scheduled_job(std::string_view image,
                                                                const std::vector<std::string>& command,
                                                                std::string_view schedule,
                                                                RunJobOptions options) const {
    json::object body = member("jobSpec", detail::job_body(image, command, options));
    body["schedule"] = schedule;
    if (options.concurrency) body["concurrency"] = *options.concurrency;
    if (options.suspend) body["suspend"] = *options.suspend;
    return impl<ScheduledJobInfo>(
        JobCall(session_, net::Method::post, "scheduled-jobs", "", options).with(std::move(body)));
}

AsyncGenerator<ScheduledJobInfo> JobsApi::list_scheduled_jobs(ListScheduledJobsOptions options) const {
    return detail::lists_in_turn<ScheduledJobInfo>(
        JobList<ScheduledJobInfo>(JobCall(session_, net::Method::get, "scheduled-jobs", "", options),
                                  list_query(options), options.timeout.positive("timeout")));
}

asio::awaitable<ScheduledJobInfo> JobsApi::inspect_scheduled_job(std::string_view scheduled_job_id,
                                                                 JobOptions options) const {
    return impl<ScheduledJobInfo>(
        JobCall(session_, net::Method::get, "scheduled-jobs", job_path("scheduled_job_id", scheduled_job_id), options));
}

asio::awaitable<void> JobsApi::delete_scheduled_job(std::string_view scheduled_job_id, JobOptions options) const {
    return impl<void>(JobCall(session_, net::Method::delete_, "scheduled-jobs",
                              job_path("scheduled_job_id", scheduled_job_id), options));
}

asio::awaitable<void> JobsApi::suspend_scheduled_job(std::string_view scheduled_job_id, JobOptions options) const {
    return impl<void>(JobCall(session_, net::Method::post, "scheduled-jobs",
                              job_path("scheduled_job_id", scheduled_job_id, "/suspend"), options));
}

asio::awaitable<void> JobsApi::resume_scheduled_job(std::string_view scheduled_job_id, JobOptions options) const {
    return impl<void>(JobCall(session_, net::Method::post, "scheduled-jobs",
                              job_path("scheduled_job_id", scheduled_job_id, "/resume"), options));
}

asio::awaitable<JobInfo> JobsApi::trigger_scheduled_job(std::string_view scheduled_job_id, JobOptions options) const {
    return impl<JobInfo>(JobCall(session_, net::Method::post, "scheduled-jobs",
                                 job_path("scheduled_job_id", scheduled_job_id, "/run"), options));
}

asio::awaitable<ScheduledJobInfo> JobsApi::update_scheduled_job_labels(std::string_view scheduled_job_id,
                                                                       const json::object& labels,
                                                                       JobOptions options) const {
    return impl<ScheduledJobInfo>(JobCall(session_, net::Method::put, "scheduled-jobs",
                                          job_path("scheduled_job_id", scheduled_job_id, "/labels"), options)
                                      .with(member("labels", labels)));
}

asio::awaitable<ScheduledJobInfo> JobsApi::update_scheduled_job_schedule(std::string_view scheduled_job_id,
                                                                         std::string_view schedule,
                                                                         JobOptions options) const {
    return impl<ScheduledJobInfo>(JobCall(session_, net::Method::post, "scheduled-jobs",
                                          job_path("scheduled_job_id", scheduled_job_id, "/schedule"), options)
                                      .with(member("schedule", json::value(schedule))));
}

}  // namespace hf
