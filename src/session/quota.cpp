// What a request waits for before it is sent: the quota of its identity.
#include "session/session_state.hpp"

#include <hf/core/error.hpp>
#include <hf/core/hash.hpp>
#include <hf/session/stats.hpp>

#include <algorithm>

namespace hf {
namespace {

// A server that acts for its users has a quota for each of their tokens; this many are remembered.
constexpr std::size_t max_governors = 1024;
// Shorter waits are nothing to tell.
constexpr std::chrono::seconds told_from{1};

[[noreturn]] void throw_used_up(net::Method method, const Url& url, Bucket bucket, std::chrono::milliseconds wait) {
    ErrorInfo info;
    info.method = net::to_string(method);
    info.url = url.redacted();
    info.status = 429;
    info.retry_after = wait;
    info.unsent = true;
    info.message = "429 Too Many Requests: the quota \"" + std::string(to_string(bucket)) + "\" is used up for " +
                   std::to_string(std::chrono::ceil<std::chrono::seconds>(wait).count()) +
                   " s, longer than may be waited (max_quota_wait): not sent: " + info.method + " " + info.url;
    throw HfHubHTTPError(std::move(info));
}

std::string identity(std::string_view authorization) {
    return authorization.empty() ? std::string() : sha256_hex(authorization);
}

}  // namespace

std::shared_ptr<net::QuotaGovernor> SessionState::governor(Bucket bucket, std::string_view authorization) {
    if (!obey_quota_ || bucket == Bucket::none) return nullptr;
    const std::pair<Bucket, std::string> key(bucket, identity(authorization));
    const std::lock_guard lock(governors_mutex_);
    auto found = governors_.find(key);
    if (found == governors_.end()) {
        if (governors_.size() >= max_governors) forget_idle_governor();
        found = governors_.try_emplace(key).first;
    }
    found->second.used = clock->now();
    return found->second.governor;
}

void SessionState::forget_idle_governor() {
    auto oldest = governors_.end();
    for (auto it = governors_.begin(); it != governors_.end(); ++it) {
        const bool idle = it->second.governor.use_count() == 1;
        if (idle && (oldest == governors_.end() || it->second.used < oldest->second.used)) oldest = it;
    }
    if (oldest != governors_.end()) governors_.erase(oldest);
}

// A crawl only reads and may take its time. What changes something, or asks who one is, is waited for:
// it goes first and may use the reserve.
net::QuotaGovernor::Priority SessionState::priority(const Request& request) {
    const bool reads = request.method_ == net::Method::get || request.method_ == net::Method::head ||
                       (request.method_ == net::Method::post && request.idempotent_.value_or(false));
    return (reads && !request.any_token_) || request.upload_ ? net::QuotaGovernor::Priority::bulk
                                                             : net::QuotaGovernor::Priority::interactive;
}

void SessionState::tell_wait(const Request& request, std::string host, std::chrono::milliseconds planned,
                             const net::QuotaPatience& patience, unsigned status) const {
    if (!wait_observer || planned < told_from) return;
    WaitEvent event;
    event.host = std::move(host);
    event.bucket = request.bucket_;
    event.planned = planned;
    event.since = patience.since().value_or(clock->now());
    event.status = status;
    wait_observer(event);
}

asio::awaitable<void> SessionState::admit(net::QuotaGovernor& governor, const Request& request, const Url& url,
                                          net::QuotaPatience& patience) {
    std::chrono::steady_clock::time_point told_until{};
    while (true) {
        const auto now = clock->now();
        const auto wait = governor.admit(now, clock->random(), priority(request));
        if (!wait) co_return;
        if (!patience.bears(*wait, now)) {
            if (governor.admit_anyway(now)) co_return;
            throw_used_up(request.method_, url, request.bucket_, wait->duration);
        }
        if (now >= told_until) {
            tell_wait(request, url.origin().host_header(), wait->duration, patience, 0);
            told_until = now + wait->duration;
        }
        co_await clock->sleep(wait->duration);
    }
}

}  // namespace hf
