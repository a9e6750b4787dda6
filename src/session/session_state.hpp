#pragma once

#include "net/policy/origin_policy.hpp"
#include "net/policy/rate_limit.hpp"
#include "net/policy/retry.hpp"
#include "session/secrets.hpp"
#include "session/services.hpp"

#include <hf/session/environment.hpp>
#include <hf/session/session.hpp>
#include <hf/session/stats.hpp>

#include <array>
#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace hf {

namespace asio = boost::asio;

std::shared_ptr<Clock> make_system_clock();

/// What a Session's handles share: settings as owned values, connections, quotas, the retry loop.
class SessionState : public std::enable_shared_from_this<SessionState> {
public:
    SessionState(asio::any_io_executor executor, const SessionConfig& config, std::shared_ptr<net::Transport> transport,
                 std::shared_ptr<Clock> clock);

    struct Exchange {
        Exchange(net::Response response, Url url) : response(std::move(response)), url(std::move(url)) {}
        net::Response response;
        Url url;
        std::string body;
    };

    /// One call with redirects, quota and retries, within its deadline. `buffered` reads the body as part of each
    /// attempt. The state must be kept alive until it ends.
    asio::awaitable<Exchange> exchange(Request request, bool buffered);

    /// The deadline of a request: its own, or that of the session.
    std::optional<std::chrono::milliseconds> time_for(const Request& request) const;

    std::string authorization(TokenArg call, bool write) const;
    std::string authorization(const Request& request) const;
    SessionStats stats();
    Secrets secrets(TokenArg call) const;
    Request following_page(const Request& request, std::string_view page_url, std::string_view next) const;

    asio::any_io_executor executor;
    Environment environment;
    std::string endpoint;
    Url endpoint_url;
    net::OriginPolicy origins;
    unsigned max_redirects;
    std::string inference_endpoints;
    std::string inference_catalog;
    std::string datasets_server;
    std::string cache_dir;
    bool offline = false;
    bool reference_routes = false;
    RetryConfig retry;
    RetryConfig page_retry;
    std::optional<std::chrono::milliseconds> deadline;
    std::shared_ptr<Clock> clock;
    std::shared_ptr<net::Transport> transport;
    SessionServices services;
    std::function<void(const RequestEvent&)> observer;
    std::function<void(std::string_view)> warning_observer;
    std::function<void(const WaitEvent&)> wait_observer;

private:
    /// A request as one attempt sends it; redirects change it.
    struct Hop;

    asio::awaitable<Exchange> all_attempts(Request request, bool buffered,
                                           std::optional<std::chrono::milliseconds> time);
    static std::string_view hint_for(const Request& request, const net::Response& response);
    asio::awaitable<Exchange> attempt(const Request& request, std::string_view authorization, bool buffered,
                                      RequestEvent& event, net::QuotaPatience& patience);
    asio::awaitable<net::Response> send_hop(const Request& request, Hop hop, RequestEvent& event,
                                            net::QuotaPatience& patience);
    static net::QuotaGovernor::Priority priority(const Request& request);
    asio::awaitable<void> admit(net::QuotaGovernor& governor, const Request& request, const Url& url,
                                net::QuotaPatience& patience);
    void tell_wait(const Request& request, std::string host, std::chrono::milliseconds planned,
                   const net::QuotaPatience& patience, unsigned status) const;
    asio::awaitable<std::string> read_body(net::Response& response, std::size_t limit, bool truncate) const;
    Hop hop_to(const Request& request, net::Method method, const Url& url, std::string_view authorization,
               bool same_origin) const;
    bool should_follow(const Request& request, const Url& url, const net::Response& response) const;
    Secrets sent_secrets(const Request& request, std::string_view authorization) const;
    void report(const Request& request, std::string_view authorization, RequestEvent event) const;
    net::Timeouts timeouts(const Request& request) const;
    std::shared_ptr<net::QuotaGovernor> governor(Bucket bucket, std::string_view authorization);
    void forget_idle_governor();

    std::string token_;
    TokenArg token_arg_;  // views token_
    std::string basic_;   // of the endpoint's user info; there is no token then
    std::string user_agent_;
    net::RetryPolicy policy_;
    net::RetryPolicy upload_policy_;
    net::RetryPolicy page_policy_;
    net::RetryBudget budget_;
    net::Timeouts timeouts_;
    bool obey_quota_;
    std::chrono::milliseconds max_quota_wait_;
    std::size_t max_body_;
    std::size_t max_error_body_;

    struct Governed {
        std::shared_ptr<net::QuotaGovernor> governor = std::make_shared<net::QuotaGovernor>();
        std::chrono::steady_clock::time_point used;
    };
    std::mutex governors_mutex_;
    std::map<std::pair<Bucket, std::string>, Governed> governors_;  // by bucket and hash of the token
};

}  // namespace hf
