#pragma once

#include <hf/types/space.hpp>

#include <boost/describe/class.hpp>

#include <concepts>
#include <map>
#include <vector>

namespace hf {

/// Whose a job is, or who started it.
struct JobOwner {
    std::string id;
    std::string name;
    std::string type;  ///< "user" or "org"
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(JobOwner, (), (id, name, type))

struct JobInitiator {
    std::string type;
    std::string id;
    std::optional<std::string> name;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(JobInitiator, (), (type, id, name))

/// How far a job is.
struct JobStatus {
    std::string stage;  ///< "SCHEDULING", "RUNNING", "COMPLETED", "CANCELED", "ERROR", "DELETED", …
    std::optional<std::string> message;
    std::optional<std::vector<std::string>> expose_urls;  ///< of its ports
    std::optional<std::string> ssh_url;
    json::object extra;

    bool is_running() const {
        return stage != "COMPLETED" && stage != "CANCELED" && stage != "ERROR" && stage != "DELETED";
    }
};
BOOST_DESCRIBE_STRUCT(JobStatus, (), (stage, message, expose_urls, ssh_url))

/// Seconds; empty while they are not over.
struct JobDurations {
    std::optional<double> scheduling_secs;
    std::optional<double> running_secs;
    std::optional<double> total_secs;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(JobDurations, (), (scheduling_secs, running_secs, total_secs))
constexpr bool hf_is_identity(std::type_identity<JobDurations>, std::string_view) { return false; }

/// Jobs of one group reach each other by their aliases.
struct JobNetwork {
    std::string group;
    std::vector<std::string> aliases;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(JobNetwork, (), (group, aliases))

/// A program that ran, runs or will run on the Hub's machines.
struct JobInfo {
    std::string id;
    std::optional<Timestamp> created_at;
    std::optional<Timestamp> started_at;
    std::optional<Timestamp> finished_at;
    std::optional<std::string> docker_image;  ///< this or space_id
    std::optional<std::string> space_id;
    std::vector<std::string> command;
    std::vector<std::string> arguments;
    json::object environment;
    std::vector<std::string> secrets;  ///< names
    std::string flavor;                ///< machine, see JobHardwareInfo::name
    std::optional<std::map<std::string, std::string>> labels;
    std::optional<std::vector<Volume>> volumes;
    JobStatus status;
    std::optional<JobDurations> durations;
    JobOwner owner;
    std::optional<JobInitiator> initiator;
    std::optional<JobNetwork> network;
    std::optional<std::int64_t> retry;                       ///< attempts that are left
    std::optional<std::vector<std::int64_t>> expose;         ///< ports
    std::optional<std::vector<std::int64_t>> expose_public;  ///< those that need no token
    std::string endpoint;
    std::string url;  ///< of its page
    json::object extra;

    void locate(std::string_view of_endpoint);
};
BOOST_DESCRIBE_STRUCT(JobInfo, (),
                      (id, created_at, started_at, finished_at, docker_image, space_id, command, arguments, environment,
                       secrets, flavor, labels, volumes, status, durations, owner, initiator, network, retry, expose,
                       expose_public, endpoint, url))

/// What a scheduled job or a webhook starts.
struct JobSpec {
    std::optional<std::string> docker_image;
    std::optional<std::string> space_id;
    std::vector<std::string> command;
    std::vector<std::string> arguments;
    json::object environment;
    std::vector<std::string> secrets;  ///< names
    std::string flavor;
    std::optional<std::int64_t> timeout;  ///< seconds
    std::optional<std::vector<std::string>> tags;
    std::optional<std::string> arch;
    std::optional<std::map<std::string, std::string>> labels;
    std::optional<std::vector<Volume>> volumes;
    std::optional<std::int64_t> retry;
    std::optional<std::vector<std::int64_t>> expose;
    std::optional<std::vector<std::int64_t>> expose_public;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(JobSpec, (),
                      (docker_image, space_id, command, arguments, environment, secrets, flavor, timeout, tags, arch,
                       labels, volumes, retry, expose, expose_public))
constexpr bool hf_is_identity(std::type_identity<JobSpec>, std::string_view) { return false; }

template <class T>
concept job_like = std::same_as<T, JobInfo> || std::same_as<T, JobSpec>;
/// The ports are nested in answers.
template <job_like T>
constexpr std::string_view hf_wire_name(std::type_identity<T>, std::string_view member) {
    const bool made_here = member == "endpoint" || member == "url";
    return made_here || member == "expose" || member == "expose_public" ? "-" : "";
}
void hf_decoded(JobInfo& job);
void hf_decoded(JobSpec& job);

struct LastJobInfo {
    std::string id;
    std::optional<Timestamp> at;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(LastJobInfo, (), (id, at))

struct ScheduledJobStatus {
    std::optional<LastJobInfo> last_job;
    std::optional<Timestamp> next_job_run_at;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(ScheduledJobStatus, (), (last_job, next_job_run_at))
constexpr bool hf_is_identity(std::type_identity<ScheduledJobStatus>, std::string_view) { return false; }

/// A job that is started again and again.
struct ScheduledJobInfo {
    std::string id;
    std::optional<Timestamp> created_at;
    JobSpec job_spec;
    std::optional<std::string> schedule;  ///< "@hourly" or as of cron: "*/5 * * * *"
    std::optional<bool> suspend;
    std::optional<bool> concurrency;  ///< may be started while it still runs
    ScheduledJobStatus status;
    JobOwner owner;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(ScheduledJobInfo, (), (id, created_at, job_spec, schedule, suspend, concurrency, status, owner))

}  // namespace hf
