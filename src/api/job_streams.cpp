#include "api/job_call.hpp"
#include "api/log_lines.hpp"

#include <boost/describe/class.hpp>

namespace hf {

static_assert(options_struct<FetchJobLogsOptions> && options_struct<FetchJobMetricsOptions>);

namespace asio = boost::asio;

namespace {

// As much of a job as tells whether it runs.
struct RunningJob {
    std::optional<JobStatus> status;
    json::object extra;
};
BOOST_DESCRIBE_STRUCT(RunningJob, (), (status))

/// A stream of a job, and the job, which knows whether the stream is over.
class JobEvents final : public detail::EventOrigin {
public:
    JobEvents(detail::JobCall stream, detail::JobCall job) : stream_(std::move(stream)), job_(std::move(job)) {}

    asio::awaitable<Request> request() override { return stream_.request(); }
    asio::awaitable<bool> is_over() override {
        job_.namespace_ = stream_.namespace_;
        Request request = co_await job_.request();
        const RunningJob job = co_await job_.session.call<RunningJob>(std::move(request));
        co_return job.status && !job.status->is_running();
    }

private:
    detail::JobCall stream_;
    detail::JobCall job_;
};

template <class Options>
std::unique_ptr<detail::EventOrigin> events_of_job(const Session& session, std::string_view job_id,
                                                   std::string_view action, const Options& options) {
    const auto call = [&](std::string_view part) {
        return detail::JobCall(session, net::Method::get, "jobs", detail::job_path("job_id", job_id, part), options);
    };
    return std::make_unique<JobEvents>(call(action), call(""));
}

// Samples come every second. Of huggingface_hub 2.4.0, as the answers that mean that there are none (now).
constexpr std::chrono::seconds longest_pause_of_metrics{10};
const net::StatusSet no_metrics{406, 500};

}  // namespace

AsyncGenerator<std::string> JobsApi::fetch_job_logs(std::string_view job_id, FetchJobLogsOptions options) const {
    if (options.tail && *options.tail < 0) throw_validation("tail", "`tail` must not be negative");
    auto settings = detail::log_settings(options.follow, true);
    settings.tail = options.tail;
    return detail::log_lines(session_, settings, events_of_job(session_, job_id, "/logs", options));
}

AsyncGenerator<json::object> JobsApi::fetch_job_metrics(std::string_view job_id, FetchJobMetricsOptions options) const {
    detail::EventSettings settings;
    settings.rules.follow = options.follow;
    settings.rules.has_state = true;
    settings.rules.replays = false;
    if (!options.follow) settings.rules.limit = 1;
    settings.timeout = longest_pause_of_metrics;
    settings.tolerated = no_metrics;
    return detail::events_of(session_, settings, events_of_job(session_, job_id, "/metrics", options));
}

}  // namespace hf
