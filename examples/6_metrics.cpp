// Numbers for your monitoring: request events, connections and quotas, in the text format of Prometheus.
//
//     ./6_metrics openai-community/gpt2 google-bert/bert-base-uncased

#include <hf/core/as_result.hpp>
#include <hf/hf_api.hpp>
#include <hf/session/stats.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <iostream>
#include <map>
#include <mutex>
#include <string>
#include <vector>

/// Adds up request events. They come on the threads of the requests, so there is a mutex.
class RequestMetrics {
public:
    void add(const hf::RequestEvent& event) {
        const std::lock_guard lock(mutex_);
        Sum& sum = sums_[std::string(hf::net::to_string(event.method)) + "\",status=\"" + std::to_string(event.status)];
        ++sum.count;
        sum.seconds += std::chrono::duration<double>(event.duration).count();
        queued_ += std::chrono::duration<double>(event.timings.queue).count();
        if (event.attempt > 1) ++retries_;
    }

    void write(std::ostream& out) const {
        const std::lock_guard lock(mutex_);
        out << "# TYPE hf_request_seconds summary\n";
        for (const auto& [labels, sum] : sums_)
            out << "hf_request_seconds_count{method=\"" << labels << "\"} " << sum.count << '\n'
                << "hf_request_seconds_sum{method=\"" << labels << "\"} " << sum.seconds << '\n';
        out << "# TYPE hf_request_queue_seconds_total counter\nhf_request_queue_seconds_total " << queued_ << '\n';
        out << "# TYPE hf_retries_total counter\nhf_retries_total " << retries_ << '\n';
    }

private:
    struct Sum {
        std::uint64_t count = 0;
        double seconds = 0;
    };
    mutable std::mutex mutex_;
    std::map<std::string, Sum> sums_;
    double queued_ = 0;  // waiting for a free connection
    std::uint64_t retries_ = 0;
};

void write_session(std::ostream& out, const hf::SessionStats& stats) {
    const auto& transport = stats.transport;
    out << "# TYPE hf_connections_opened_total counter\nhf_connections_opened_total " << transport.connections_opened
        << "\n# TYPE hf_connections_reused_total counter\nhf_connections_reused_total " << transport.connections_reused
        << "\n# TYPE hf_connections_idle gauge\nhf_connections_idle " << transport.idle
        << "\n# TYPE hf_requests_waiting gauge\nhf_requests_waiting " << transport.waiting
        << "\n# TYPE hf_received_bytes_total counter\nhf_received_bytes_total " << transport.bytes_received
        << "\n# TYPE hf_sent_bytes_total counter\nhf_sent_bytes_total " << transport.bytes_sent << '\n';
    out << "# TYPE hf_quota_remaining gauge\n";
    for (const auto& quota : stats.quotas)
        out << "hf_quota_remaining{bucket=\"" << to_string(quota.bucket) << "\"} " << quota.stats.remaining << '\n';
    out << "# TYPE hf_quota_delayed_total counter\n";
    for (const auto& quota : stats.quotas)
        out << "hf_quota_delayed_total{bucket=\"" << to_string(quota.bucket) << "\"} " << quota.stats.delayed << '\n';
}

boost::asio::awaitable<void> ask(hf::HfApi api, std::vector<std::string> repo_ids) {
    for (const auto& repo_id : repo_ids) {
        const auto info = co_await hf::as_result([&] { return api.model_info(repo_id); });
        if (!info) std::cerr << repo_id << ": " << info.error().message() << '\n';
    }
}

int main(int argc, char** argv) {
    try {
        boost::asio::io_context context;
        hf::HfApi api(context.get_executor());
        RequestMetrics requests;
        api.session().on_request([&](const hf::RequestEvent& event) { requests.add(event); });
        boost::asio::co_spawn(context, ask(api, {argv + 1, argv + argc}), [](std::exception_ptr failure) {
            if (failure) std::rethrow_exception(failure);
        });
        context.run();
        requests.write(std::cout);
        write_session(std::cout, api.session().stats());
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
