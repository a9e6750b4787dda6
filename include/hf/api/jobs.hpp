#pragma once

#include <hf/api/space_runtime.hpp>
#include <hf/core/string_list.hpp>
#include <hf/types/job.hpp>

#include <span>
#include <vector>

namespace hf {

/// What holds for a job and for one that is scheduled. Objects and spans are views, as all of an option.
struct RunJobOptions {
    const json::object* env = nullptr;      ///< values by name
    const json::object* secrets = nullptr;  ///< likewise; the Hub never shows them again
    TextArg flavor{};                       ///< machine, see list_jobs_hardware; "cpu-basic" by default
    TextArg timeout{};                      ///< "90" (seconds), "5m", "1.5h", "2d"
    TextArg name{};  ///< label "name"; by default made of image and command. HFValidationError if `labels` has another
    const json::object* labels = nullptr;
    std::optional<std::span<const Volume>> volumes{};
    std::span<const std::int64_t> expose{};         ///< ports that a token opens
    std::span<const std::int64_t> expose_public{};  ///< ports that are open to all
    bool ssh = false;
    std::optional<std::int64_t> attempts{};
    TextArg network_group{};       ///< jobs of one group reach each other
    StringList network_aliases{};  ///< needs a group: HFValidationError else
    TextArg resource_group_id{};
    std::string_view namespace_{};  ///< user or organization; empty: the token's account
    TokenArg token{};
    // The rest is for scheduled jobs and ignored for others.
    std::optional<bool> suspend{};      ///< do not start it for now
    std::optional<bool> concurrency{};  ///< may be started while it still runs
};

struct JobOptions {
    std::string_view namespace_{};  ///< user or organization; empty: the token's account
    TokenArg token{};
};

struct ListJobsOptions {
    StringList status{};                   ///< stages, in any case; one of which a job must be in
    const json::object* labels = nullptr;  ///< all of which it must have
    DurationArg timeout{};                 ///< longest single wait
    std::string_view namespace_{};
    TokenArg token{};
};

struct FetchJobLogsOptions {
    bool follow = false;                 ///< until the job has ended; otherwise what there is now
    std::optional<std::int64_t> tail{};  ///< begin with that many last lines
    std::string_view namespace_{};
    TokenArg token{};
};

struct FetchJobMetricsOptions {
    bool follow = false;  ///< until the job has ended; otherwise one sample
    std::string_view namespace_{};
    TokenArg token{};
};

struct WaitForJobOptions {
    DurationArg timeout{};          ///< not given: as long as it takes
    DurationArg poll_interval = 1;  ///< between two looks; not given: 1 s
    StringList stages{};            ///< that end the wait, too; those in which a job has ended always do
    std::string_view namespace_{};
    TokenArg token{};
};

struct ListScheduledJobsOptions {
    const json::object* labels = nullptr;  ///< all of which it must have
    DurationArg timeout{};
    std::string_view namespace_{};
    TokenArg token{};
};

struct UpdateJobExposeOptions {
    std::span<const std::int64_t> expose{};
    std::span<const std::int64_t> expose_public{};
    std::string_view namespace_{};
    TokenArg token{};
};

/// Programs on the Hub's machines. Where no namespace is given the token's account is asked for first.
///
/// Calls about one job throw JobNotFoundError where there is none.
class JobsApi {
public:
    explicit JobsApi(Session session) : session_(std::move(session)) {}

    /// Starts a job. `image`: of Docker ("python:3.12") or the address of a Space.
    boost::asio::awaitable<JobInfo> run_job(std::string_view image, const std::vector<std::string>& command,
                                            RunJobOptions options = {}) const;

    /// The same job once more.
    boost::asio::awaitable<JobInfo> rerun_job(std::string_view job_id, JobOptions options = {}) const;

    /// The jobs of a namespace, newest first.
    AsyncGenerator<JobInfo> list_jobs(ListJobsOptions options = {}) const;

    boost::asio::awaitable<JobInfo> inspect_job(std::string_view job_id, JobOptions options = {}) const;

    /// Stops it; nothing happens to one that has ended.
    boost::asio::awaitable<void> cancel_job(std::string_view job_id, JobOptions options = {}) const;

    /// Puts these labels in place of those that it has.
    boost::asio::awaitable<JobInfo> update_job_labels(std::string_view job_id, const json::object& labels,
                                                      JobOptions options = {}) const;

    /// Puts these ports in place of those that are open; none: closes all.
    boost::asio::awaitable<JobInfo> update_job_expose(std::string_view job_id,
                                                      UpdateJobExposeOptions options = {}) const;

    /// The lines of its log; a stream that ends or breaks is opened again and goes on behind the last line given. With
    /// `follow` the list ends with the job, so that who does not want to wait that long cancels `next()`.
    AsyncGenerator<std::string> fetch_job_logs(std::string_view job_id, FetchJobLogsOptions options = {}) const;

    /// Samples of what it uses, one a second: "cpu_usage_pct", "memory_used_bytes", "gpus", … None where it does not
    /// run.
    AsyncGenerator<json::object> fetch_job_metrics(std::string_view job_id, FetchJobMetricsOptions options = {}) const;

    /// Returns when it has ended, well or not, or is in one of `stages`. TimeoutError (argument "timeout") if it is not
    /// by then.
    boost::asio::awaitable<JobInfo> wait_for_job(std::string_view job_id, WaitForJobOptions options = {}) const;
    /// The same of several, in their order.
    boost::asio::awaitable<std::vector<JobInfo>> wait_for_job(const std::vector<std::string>& job_id,
                                                              WaitForJobOptions options = {}) const;

    /// The machines that jobs can have.
    boost::asio::awaitable<std::vector<JobHardwareInfo>> list_jobs_hardware(TokenOptions options = {}) const;

    /// Starts a job again and again: "@hourly", "@daily", … or as of cron.
    boost::asio::awaitable<ScheduledJobInfo> create_scheduled_job(std::string_view image,
                                                                  const std::vector<std::string>& command,
                                                                  std::string_view schedule,
                                                                  RunJobOptions options = {}) const;

    /// All of a namespace.
    AsyncGenerator<ScheduledJobInfo> list_scheduled_jobs(ListScheduledJobsOptions options = {}) const;

    boost::asio::awaitable<ScheduledJobInfo> inspect_scheduled_job(std::string_view scheduled_job_id,
                                                                   JobOptions options = {}) const;
    boost::asio::awaitable<void> delete_scheduled_job(std::string_view scheduled_job_id, JobOptions options = {}) const;
    /// Does not start it until it is resumed.
    boost::asio::awaitable<void> suspend_scheduled_job(std::string_view scheduled_job_id,
                                                       JobOptions options = {}) const;
    boost::asio::awaitable<void> resume_scheduled_job(std::string_view scheduled_job_id, JobOptions options = {}) const;
    /// Starts it at once, beside its schedule.
    boost::asio::awaitable<JobInfo> trigger_scheduled_job(std::string_view scheduled_job_id,
                                                          JobOptions options = {}) const;
    boost::asio::awaitable<ScheduledJobInfo> update_scheduled_job_labels(std::string_view scheduled_job_id,
                                                                         const json::object& labels,
                                                                         JobOptions options = {}) const;
    /// Throws BadRequestError for a schedule that the Hub cannot read.
    boost::asio::awaitable<ScheduledJobInfo> update_scheduled_job_schedule(std::string_view scheduled_job_id,
                                                                           std::string_view schedule,
                                                                           JobOptions options = {}) const;

private:
    Session session_;
};

}  // namespace hf
