#include "net/policy/redirect.hpp"
#include "session/retrying.hpp"
#include "session/session_state.hpp"

#include <hf/core/constants.hpp>
#include <hf/core/error.hpp>
#include <hf/net/http_transport.hpp>
#include <hf/session/session.hpp>

#include <algorithm>
#include <initializer_list>

namespace hf {
namespace {

// The reference client's base URL of the inference endpoints service (`constants.py`).
constexpr std::string_view inference_endpoints_service = "https://api.endpoints.huggingface.cloud";

constexpr std::chrono::milliseconds longest_quota_wait = std::chrono::hours(365 * 24);  // far from overflows

std::string without_trailing_slash(std::string text) {
    while (text.ends_with('/')) text.pop_back();
    return text;
}

std::string first_given(std::initializer_list<std::string_view> texts) {
    for (const std::string_view text : texts) {
        if (!text.empty()) return std::string(text);
    }
    return {};
}

net::TransportConfig transport_config(const SessionConfig& config, const Environment& environment) {
    net::TransportConfig out;
    out.max_connections_per_origin = config.max_connections;
    out.max_receive_rate = config.max_download_rate;
    out.max_send_rate = config.max_upload_rate;
    out.tls.verify = config.verify_tls;
    out.tls.ca_file = first_given(
        {config.ca_file, environment.ssl_cert_file, environment.requests_ca_bundle, environment.curl_ca_bundle});
    out.tls.ca_dir = first_given({config.ca_dir, environment.ssl_cert_dir});
    out.tls.ca_pem = config.ca_pem;
    out.tls.certificate_file = config.client_certificate;
    out.tls.key_file = config.client_key;
    out.proxy.http = first_given({config.proxy, environment.http_proxy});
    out.proxy.https = first_given({config.proxy, environment.https_proxy});
    if (config.proxy.empty()) out.proxy.no_proxy = environment.no_proxy;
    return out;
}

net::OriginRules origin_rules(const SessionConfig& config) {
    net::OriginRules out;
    out.token_origins = config.token_origins;
    out.allowed_hosts = config.allowed_hosts;
    out.may_contact = config.may_contact;
    out.allow_downgrade = config.allow_downgrade;
    return out;
}

std::string without_user_info(std::string text) {
    if (const std::string_view info = user_info(text); !info.empty())
        text.erase(static_cast<std::size_t>(info.data() - text.data()), info.size() + 1);
    return text;
}

// The Authorization that the endpoint's user info stands for; empty without.
std::string basic_of(std::string_view endpoint, TokenArg token, const Environment& environment) {
    const std::string_view info = user_info(endpoint);
    if (info.empty()) return {};
    const bool implicit = token.kind() == TokenArg::Kind::client && !environment.disable_implicit_token;
    if (token.kind() == TokenArg::Kind::text || token.kind() == TokenArg::Kind::required ||
        (implicit && environment.token()))
        throw_validation("endpoint", "the endpoint has user info, but there is a token, too: only one can be sent");
    return basic_credentials(info);
}

Environment pick_environment(const SessionConfig& config) {
    return config.environment ? *config.environment : Environment::of_process();
}

}  // namespace

net::RetryPolicy to_policy(const RetryConfig& config) {
    net::RetryPolicy policy;
    policy.max_attempts = config.max_attempts;
    policy.base_delay = config.base_delay;
    policy.max_delay = config.max_delay;
    policy.total = config.total;
    return policy;
}

SessionState::SessionState(asio::any_io_executor executor_, const SessionConfig& config,
                           std::shared_ptr<net::Transport> transport_, std::shared_ptr<Clock> clock_)
    : executor(std::move(executor_)),
      environment(pick_environment(config)),
      endpoint(without_trailing_slash(without_user_info(first_given({config.endpoint, environment.endpoint})))),
      endpoint_url(Url::parse(endpoint)),
      origins(endpoint_url.origin(), origin_rules(config)),
      max_redirects(static_cast<unsigned>(std::max(config.max_redirects, 0))),
      inference_endpoints(
          without_trailing_slash(first_given({config.inference_endpoints, inference_endpoints_service}))),
      inference_catalog(without_trailing_slash(first_given({config.inference_catalog, default_inference_catalog}))),
      datasets_server(without_trailing_slash(first_given({config.datasets_server, default_datasets_server}))),
      cache_dir(first_given({config.cache_dir, environment.hub_cache})),
      offline(config.offline.value_or(environment.offline)),
      reference_routes(config.reference_routes),
      retry(config.retry),
      page_retry(config.page_retry.value_or(config.retry)),
      deadline(config.deadline.positive("deadline")),
      clock(clock_ ? std::move(clock_) : make_system_clock()),
      transport(transport_ ? std::move(transport_)
                           : net::make_transport(executor, transport_config(config, environment))),
      token_(config.token.text()),
      token_arg_(config.token.kind() == TokenArg::Kind::text ? TokenArg(token_) : config.token),
      basic_(basic_of(first_given({config.endpoint, environment.endpoint}), token_arg_, environment)),
      user_agent_(build_user_agent(config.library_name, config.library_version, config.user_agent)),
      policy_(to_policy(config.retry)),
      upload_policy_(to_policy(config.upload_retry)),
      page_policy_(to_policy(page_retry)),
      budget_(0.2, 10, clock->now()),
      obey_quota_(config.obey_quota),
      max_quota_wait_(std::clamp(config.max_quota_wait, std::chrono::milliseconds(0), longest_quota_wait)),
      max_body_(config.max_body),
      max_error_body_(config.max_error_body) {
    timeouts_.connect = config.connect_timeout;
    timeouts_.first_byte = config.response_timeout;
    timeouts_.stall = config.stall_timeout;
    timeouts_.min_rate = config.min_rate;
}

std::string SessionState::authorization(TokenArg call, bool write) const {
    // Today it is for the Hub to refuse what lacks a token.
    return resolve_authorization(environment, token_arg_, call, write && reference_routes).value_or(std::string());
}

std::string SessionState::authorization(const Request& request) const {
    const TokenArg call = request.token_arg();
    if (!basic_.empty()) {
        if (call.kind() == TokenArg::Kind::text)
            throw_validation("token", "the endpoint has user info, but a token is given, too: only one can be sent");
        return {};
    }
    if (!request.any_token_) return authorization(call, request.write_token_);
    // Whoever asked for anonymity gets it, and the server's refusal.
    if (call.kind() == TokenArg::Kind::none) return {};
    const TokenArg effective = call.kind() == TokenArg::Kind::client ? token_arg_ : call;
    if (effective.kind() == TokenArg::Kind::none) return {};
    return authorization(effective.kind() == TokenArg::Kind::text ? effective : TokenArg(true), false);
}

Secrets SessionState::secrets(TokenArg call) const {
    Secrets out;
    out.add_authorization(basic_);
    out.add(token_);
    out.add(call.text());
    try {
        out.add(environment.token().value_or(std::string()));
    } catch (const FileSystemError&) {
        // A token that could not be read was not sent.
    }
    return out;
}

Request SessionState::following_page(const Request& request, std::string_view page_url, std::string_view next) const {
    const Url page = Url::parse(page_url);
    Url url;
    try {
        url = page.resolve(next);
    } catch (const HFValidationError& error) {
        ErrorInfo info;
        info.url = page.redacted();
        info.message = "the next page after " + info.url + ": " + error.message();
        throw ProtocolError(std::move(info));
    }
    if (!origins.may_see_token(url.origin())) {
        // A mirror passes the Hub's own links on: stay on the mirror, below its path.
        const std::string base = endpoint_url.target() == "/" ? std::string() : endpoint_url.target();
        url = Url(endpoint_url.origin(), base + url.target());
    }
    Request out = request;
    out.to(std::move(url));
    return out;
}

Session::Session(boost::asio::any_io_executor executor, SessionConfig config)
    : Session(std::move(executor), config, nullptr, nullptr) {}

Session::Session(boost::asio::any_io_executor executor, SessionConfig config, std::shared_ptr<net::Transport> transport,
                 std::shared_ptr<Clock> clock)
    : state_(std::make_shared<SessionState>(std::move(executor), config, std::move(transport), std::move(clock))) {}

boost::asio::awaitable<Reply> Session::send(Request request) const { return send_impl(state_, std::move(request)); }
boost::asio::awaitable<Stream> Session::open(Request request) const { return open_impl(state_, std::move(request)); }

boost::asio::awaitable<Reply> Session::send_impl(std::shared_ptr<SessionState> state, Request request) {
    SessionState::Exchange done = co_await state->exchange(std::move(request), true);
    co_return Reply(done.response.status, std::move(done.response.fields), std::move(done.url), std::move(done.body));
}

boost::asio::awaitable<Stream> Session::open_impl(std::shared_ptr<SessionState> state, Request request) {
    SessionState::Exchange done = co_await state->exchange(std::move(request), false);
    co_return Stream(std::move(done.response), std::move(done.url));
}

void Session::rethrow_with(const InvalidResponseError& error, const Reply& reply, TokenArg token) const {
    ErrorInfo info = error.info();
    info.url = reply.url.redacted();
    info.status = reply.status;
    info.body = reply.body.substr(0, 1024);
    info.message = "answer of " + info.url + ": " + info.message;
    state_->secrets(token).hide(info);
    throw InvalidResponseError(std::move(info));
}

void Session::on_warning(std::function<void(std::string_view)> observer) {
    state_->warning_observer = std::move(observer);
}

void Session::warn(std::string_view sentence) const {
    if (!state_->warning_observer) return;
    const std::string text = without_secrets(std::string(sentence));
    state_->warning_observer(text);
}

void Session::report_left_out(std::string_view page, std::uint64_t index, const InvalidResponseError& error) const {
    warn("element " + std::to_string(index) + " of " + Url::parse(page).redacted() +
         " is left out: " + error.message());
}

void Session::on_request(std::function<void(const RequestEvent&)> observer) { state_->observer = std::move(observer); }
void Session::on_wait(std::function<void(const WaitEvent&)> observer) { state_->wait_observer = std::move(observer); }

const std::string& Session::endpoint() const noexcept { return state_->endpoint; }
const std::string& Session::inference_endpoints() const noexcept { return state_->inference_endpoints; }
const std::string& Session::inference_catalog() const noexcept { return state_->inference_catalog; }
const std::string& Session::datasets_server() const noexcept { return state_->datasets_server; }
const std::string& Session::cache_dir() const noexcept { return state_->cache_dir; }
const Environment& Session::environment() const noexcept { return state_->environment; }
bool Session::offline() const noexcept { return state_->offline; }
bool Session::reference_routes() const noexcept { return state_->reference_routes; }
const RetryConfig& Session::retry() const noexcept { return state_->retry; }
const RetryConfig& Session::page_retry() const noexcept { return state_->page_retry; }
const std::optional<std::chrono::milliseconds>& Session::deadline() const noexcept { return state_->deadline; }
SessionServices& Session::services() const noexcept { return state_->services; }
Clock& Session::clock() const noexcept { return *state_->clock; }
const boost::asio::any_io_executor& Session::executor() const noexcept { return state_->executor; }
void Session::close() const { state_->transport->close(); }

Url Session::follow(const Url& from, std::string_view reference) const {
    return state_->origins.follow(from, reference);
}
Url Session::follow(const Url& from, Url target) const { return state_->origins.follow(from, std::move(target)); }
bool Session::may_see_token(const Origin& origin) const { return state_->origins.may_see_token(origin); }

net::RedirectState Session::redirects(net::Method method, Url url) const {
    return net::RedirectState(method, std::move(url), state_->origins, state_->max_redirects);
}

std::string Session::without_secrets(std::string text, TokenArg token) const {
    state_->secrets(token).hide(text);
    return text;
}

std::string Session::authorization(TokenArg token, bool write) const { return state_->authorization(token, write); }

Request Session::following_page(const Request& request, std::string_view page_url, std::string_view next) const {
    return state_->following_page(request, page_url, next);
}

}  // namespace hf
