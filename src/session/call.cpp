// The life of one call: quota, redirects, status, retries.
#include "net/policy/redirect.hpp"
#include "session/error_mapping.hpp"
#include "session/session_state.hpp"

#include <hf/session/within.hpp>

#include <boost/asio/buffer.hpp>

namespace hf {
namespace {

[[noreturn]] void throw_too_large(std::size_t limit) {
    ErrorInfo info;
    info.message = "the answer is larger than " + std::to_string(limit) + " bytes";
    throw ResponseTooLargeError(std::move(info));
}

net::Outcome to_outcome(const Error& error) {
    net::Outcome outcome = net::Outcome::of_error(error);
    if (error.status() >= 400) {
        outcome.kind = net::Outcome::Kind::answered;
        outcome.status = error.status();
        outcome.retry_after = error.info().retry_after;
    }
    return outcome;
}

}  // namespace

struct SessionState::Hop {
    Hop(net::Method method, Url url) : method(method), url(std::move(url)) {}

    net::Method method;
    Url url;
    net::Fields fields;
    net::Body body;
};

net::Timeouts SessionState::timeouts(const Request& request) const {
    net::Timeouts out = timeouts_;
    if (request.timeout_) {
        // The reference's `timeout` bounds connecting and each wait for bytes, not the whole call.
        out.connect = std::min(out.connect, *request.timeout_);
        out.first_byte = *request.timeout_;
        out.stall = *request.timeout_;
    }
    // Events come when something happens: no rate is expected of them.
    if (request.fields_.find("Accept") == "text/event-stream") out.min_rate = 0;
    return out;
}

SessionState::Hop SessionState::hop_to(const Request& request, net::Method method, const Url& url,
                                       std::string_view authorization, bool same_origin) const {
    Hop hop(method, url);
    hop.fields = request.fields_;
    hop.fields.set("User-Agent", user_agent_);
    if (!same_origin) {
        hop.fields.erase("Authorization");
        hop.fields.erase("Cookie");
    }
    if (!authorization.empty())
        hop.fields.set("Authorization", std::string(authorization));
    else if (!basic_.empty() && url.origin() == endpoint_url.origin())
        hop.fields.set("Authorization", basic_);
    if (same_origin) {
        for (const auto& [name, value] : request.bound_) hop.fields.set(name, value);
    }
    hop.body = request.body_;
    return hop;
}

// What a server may echo: into its answer's words, or into the path of a redirect.
Secrets SessionState::sent_secrets(const Request& request, std::string_view authorization) const {
    Secrets out;
    out.add_authorization(authorization);
    out.add_authorization(basic_);
    if (request.url_) out.add_url(*request.url_);
    for (const auto* fields : {&request.fields_, &request.bound_}) {
        for (const std::string_view name : {"Authorization", "Cookie"}) {
            if (const auto value = fields->find(name)) out.add_authorization(*value);
        }
    }
    return out;
}

void SessionState::report(const Request& request, std::string_view authorization, RequestEvent event) const {
    if (!observer) return;
    const std::string_view token = authorization.substr(std::min(authorization.find(' ') + 1, authorization.size()));
    const bool echoed = !token.empty() && event.path.find(token) != event.path.npos;
    if (echoed || !event.error.empty() || !event.warning.empty()) {
        const Secrets sent = sent_secrets(request, authorization);
        for (std::string* text : {&event.path, &event.error, &event.warning}) sent.hide(*text);
    }
    observer(event);
}

asio::awaitable<net::Response> SessionState::send_hop(const Request& request, Hop hop, RequestEvent& event,
                                                      net::QuotaPatience& patience) {
    event.method = hop.method;
    event.host = hop.url.origin().host_header();
    event.path = hop.url.path();
    // Only the endpoint counts requests; storage behind signed links does not.
    const auto own = hop.url.origin() == endpoint_url.origin();
    std::shared_ptr<net::QuotaGovernor> quota;
    if (own) quota = governor(request.bucket_, hop.fields.find("Authorization").value_or(""));
    if (quota) co_await admit(*quota, request, hop.url, patience);
    net::Request message(hop.method, std::move(hop.url));
    message.fields = std::move(hop.fields);
    message.body = std::move(hop.body);
    message.timeouts = timeouts(request);
    message.decompress = request.decompress_;
    std::exception_ptr failure;
    try {
        net::Response response = co_await transport->send(std::move(message));
        if (quota) quota->on_response(response.status, response.fields, clock->now());
        event.status = response.status;
        event.bytes_sent += response.bytes_sent;
        event.timings = response.timings;
        event.warning = response.fields.find("X-HF-Warning").value_or(std::string_view());
        co_return response;
    } catch (...) {
        failure = std::current_exception();
    }
    if (quota) quota->on_abandoned();
    std::rethrow_exception(failure);
}

asio::awaitable<std::string> SessionState::read_body(net::Response& response, std::size_t limit, bool truncate) const {
    // One byte more than is expected, so that the read that finds the end needs no larger buffer.
    // What is announced has not come yet: memory follows what has.
    constexpr std::uint64_t believed = 1u << 20;
    const std::uint64_t expected = std::min<std::uint64_t>(response.body_size.value_or(4096), limit);
    std::string body(static_cast<std::size_t>(std::min(expected, believed)) + 1, '\0');
    std::size_t used = 0;
    while (const std::size_t n =
               co_await response.body->read_some(asio::buffer(body.data() + used, body.size() - used))) {
        used += n;
        if (used > limit) {
            if (!truncate) throw_too_large(limit);
            used = limit;
            break;
        }
        if (used == body.size()) body.resize(std::min(limit + 1, used * 2 + 1));
    }
    body.resize(used);
    co_return body;
}

std::string_view SessionState::hint_for(const Request& request, const net::Response& response) {
    // With an X-Error-Code the Hub knows the route and misses something else.
    const bool no_route = response.status == 404 && !response.fields.contains("X-Error-Code");
    if (request.maybe_gone_ && (no_route || response.status == 405 || response.status == 410))
        return "Calls of this kind were removed from clients since 2024; this Hub may no longer have it";
    return request.hint_;
}

bool SessionState::should_follow(const Request& request, const Url& url, const net::Response& response) const {
    if (request.redirects_ == Request::Redirects::none || !net::is_redirect(response.status)) return false;
    if (request.redirects_ == Request::Redirects::follow) return true;
    const auto location = response.fields.find("Location");
    if (!location) return false;
    try {
        return origins.follow(url, *location).origin() == url.origin();
    } catch (const Error&) {
        return false;  // wherever it leads, it leads away
    }
}

asio::awaitable<SessionState::Exchange> SessionState::attempt(const Request& request, std::string_view authorization,
                                                              bool buffered, RequestEvent& event,
                                                              net::QuotaPatience& patience) {
    const Url first = request.url_ ? *request.url_ : Url::parse(endpoint + request.target(reference_routes));
    Hop hop = hop_to(request, request.method_, first, authorization, true);
    net::RedirectState redirects(request.method_, first, origins, max_redirects);
    while (true) {
        const Url url = hop.url;
        net::Response response = co_await send_hop(request, std::move(hop), event, patience);
        if (should_follow(request, url, response)) {
            if (auto step = redirects.next(response.status, response.fields.find("Location"))) {
                // A short body is read so that the connection can be used again.
                if (response.body_size && *response.body_size < 65536) co_await read_body(response, 65536, true);
                hop = hop_to(request, step->method, step->url,
                             step->credentials_allowed ? authorization : std::string_view(),
                             step->url.origin() == first.origin());
                if (!step->keep_body) {
                    hop.body = net::Body();
                    hop.fields.erase("Content-Type");
                }
                continue;
            }
        }
        Exchange result(std::move(response), url);
        if (result.response.status >= 400) {
            std::string body = co_await read_body(result.response, max_error_body_, true);
            // Stores answer a signature that they refuse with all that they made of it.
            Secrets signatures;
            signatures.add_url(url);
            signatures.hide(body);
            raise_for_status(event.method, url, result.response.status, result.response.fields, body,
                             clock->system_now(), hint_for(request, result.response));
        }
        if (buffered) {
            result.body = co_await read_body(result.response, max_body_, false);
            event.bytes_received = result.body.size();
        }
        co_return result;
    }
}

std::optional<std::chrono::milliseconds> SessionState::time_for(const Request& request) const {
    // How long a stream takes depends on what it holds.
    const bool streams = !request.body_.empty() && !request.body_.text();
    const auto time = request.deadline_ || streams ? request.deadline_ : deadline;
    return time && time->count() > 0 ? time : std::nullopt;
}

asio::awaitable<SessionState::Exchange> SessionState::exchange(Request request, bool buffered) {
    const auto time = time_for(request);
    return detail::within(*clock, time, all_attempts(std::move(request), buffered, time));
}

asio::awaitable<SessionState::Exchange> SessionState::all_attempts(Request request, bool buffered,
                                                                   std::optional<std::chrono::milliseconds> time) {
    const auto self = shared_from_this();  // the handle may go while the call is under way
    if (offline) {
        ErrorInfo info;
        info.url = endpoint;
        info.message = "cannot reach " + endpoint + ": offline mode is enabled (HF_HUB_OFFLINE)";
        throw OfflineModeIsEnabled(std::move(info));
    }
    const std::string credentials = request.anonymous_ ? std::string() : authorization(request);
    net::RetryPolicy policy = request.upload_ ? upload_policy_ : request.page_ ? page_policy_ : policy_;
    // What would not begin in time need not be waited for: the reason to wait is told at once.
    if (time) policy.total = policy.total.count() > 0 ? std::min(policy.total, *time) : *time;
    net::RetryState retries(policy, request.idempotent_.value_or(net::is_idempotent(request.method_)), clock->now());
    net::QuotaPatience patience(time ? std::min(max_quota_wait_, *time) : max_quota_wait_);
    std::exception_ptr refusal;  // of the quota, by the server
    budget_.on_request();
    for (int number = 1;; ++number) {
        RequestEvent event;
        event.attempt = number;
        const auto start = clock->now();
        std::optional<Exchange> result;
        std::exception_ptr failure;
        net::Outcome outcome;
        outcome.kind = net::Outcome::Kind::permanent;
        bool unsent = false;
        try {
            result.emplace(co_await attempt(request, credentials, buffered, event, patience));
        } catch (const Error& error) {
            outcome = to_outcome(error);
            unsent = error.info().unsent;
            event.error = error.message();
            failure = sent_secrets(request, credentials).hidden(error);
            if (!failure) failure = std::current_exception();
        } catch (const std::exception& error) {
            event.error = error.what();
            failure = std::current_exception();
        }
        event.duration = clock->now() - start;
        report(request, credentials, std::move(event));
        if (result) co_return std::move(*result);
        const bool refused = outcome.status == 429;
        // What the server itself said tells more than that we did not ask again.
        if (refused && !unsent) refusal = failure;
        if (refused && unsent && refusal) failure = refusal;
        const auto now = clock->now();
        const auto delay = retries.next(outcome, now, clock->random());
        const bool bears = !refused || !delay || patience.bears(net::QuotaWait(*delay, true, {}), now);
        if (!delay || !bears || !budget_.try_take(now)) std::rethrow_exception(failure);
        tell_wait(request, event.host, *delay, patience, outcome.status);
        co_await clock->sleep(*delay);
    }
}

}  // namespace hf
