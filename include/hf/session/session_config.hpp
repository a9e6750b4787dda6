#pragma once

#include <hf/core/duration_arg.hpp>
#include <hf/core/string_list.hpp>
#include <hf/core/token_arg.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <type_traits>

namespace hf {

class Environment;

/// How a failed request is tried again. Delays double from `base_delay` to `max_delay`, each drawn
/// evenly between zero and that bound ("full jitter"); Retry-After wins where the Hub sends it.
struct RetryConfig {
    int max_attempts = 5;  ///< 1 switches retries off
    std::chrono::milliseconds base_delay{500};
    std::chrono::milliseconds max_delay{20'000};
    std::chrono::milliseconds total{300'000};  ///< no attempt starts later than this
};

/// Settings of a Session. A view: the session copies what it keeps, so texts need to live only until
/// the constructor returns. What is left empty comes from the environment, read once.
struct SessionConfig {
    /// HF_ENDPOINT, else https://huggingface.co. User info ("https://user:password@host") is sent to it as Basic
    /// authorization, and can be had only without a token: HFValidationError else.
    std::string_view endpoint{};
    TokenArg token{};                 ///< HF_TOKEN, else the token file; false: anonymous
    std::string_view cache_dir{};     ///< HF_HUB_CACHE, else HF_HOME/hub
    std::string_view library_name{};  ///< parts of the User-Agent, as in the reference
    std::string_view library_version{};
    std::string_view user_agent{};
    std::string_view inference_endpoints{};  ///< https://api.endpoints.huggingface.cloud
    std::string_view inference_catalog{};    ///< https://endpoints.huggingface.co
    std::string_view datasets_server{};      ///< https://datasets-server.huggingface.co
    std::optional<bool> offline{};           ///< HF_HUB_OFFLINE
    /// Where the Hub of today has another route or parameter than in 2024, send what the reference client
    /// v0.20.3 sends. For mirrors and private Hubs of that time.
    bool reference_routes = false;

    RetryConfig retry{};
    std::optional<RetryConfig> page_retry{};  ///< for pages of lists; not given: as `retry`
    /// For LFS uploads: the reference's waits.
    RetryConfig upload_retry{6, std::chrono::seconds(1), std::chrono::seconds(8), std::chrono::seconds(300)};
    /// Time for each request as a whole, from its first attempt to the end of its answer: waits for quotas and
    /// connections, all attempts, redirects, pauses and the body; in a list for each `next()`. Then TimeoutError
    /// (argument "deadline"). Not given: no such limit. Requests that stream a body, such as uploads, are not under it,
    /// and of a download only the heads of its answers are: their time depends on their size. A call that sends several
    /// requests has it for each; `Session::within` limits any call as a whole. HFValidationError (argument "deadline")
    /// if it is zero or negative.
    DurationArg deadline{};
    // These limit single waits, and no call as a whole.
    std::chrono::milliseconds connect_timeout{10'000};
    std::chrono::milliseconds response_timeout{60'000};  ///< until the first byte of an answer
    std::chrono::milliseconds stall_timeout{30'000};     ///< longest pause within a body
    std::uint64_t min_rate = 1024;                       ///< bytes per second, averaged over the stall timeout
    bool obey_quota = true;                              ///< wait before the quota of RateLimit headers is used up
    /// Longest wait of one request for a quota, from its first refusal on; then the 429 surfaces. Three windows
    /// of the Hub. Standing in the queue of the own session does not count.
    std::chrono::milliseconds max_quota_wait{900'000};

    std::size_t max_body = 256u << 20;       ///< bytes of a buffered answer
    std::size_t max_error_body = 64u << 10;  ///< bytes kept of an error answer
    int max_redirects = 10;

    std::uint64_t max_download_rate = 0;    ///< bytes per second of all connections together; 0: no limit
    std::uint64_t max_upload_rate = 0;      ///< the same for what is sent
    unsigned max_connections = 64;          ///< per origin
    std::string_view ca_file{};             ///< SSL_CERT_FILE, REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE
    std::string_view ca_dir{};              ///< SSL_CERT_DIR
    std::string_view ca_pem{};              ///< certificates as text, added to the above
    std::string_view client_certificate{};  ///< PEM file: a certificate of one's own and its chain
    std::string_view client_key{};          ///< PEM file; empty: in the certificate's file
    bool verify_tls = true;                 ///< false accepts any certificate
    std::string_view proxy{};               ///< URL; HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY

    /// Origins besides the endpoint's that may see the token, "https://host[:port]"; https only, HFValidationError
    /// else. Not given: https://huggingface.co and https://hf.co for each other, none for any other endpoint.
    StringList token_origins{};
    /// Hosts ("host" for all its ports, or "host:port"; "*.host" for those below) that redirects, next links and
    /// storage links may lead to, besides the origins of the endpoint and of `token_origins`; HostNotAllowedError
    /// before anything is sent elsewhere. Not given: any. For servers whose users name endpoints or repositories:
    /// without it whoever answers can make this program ask any host that it can reach (SSRF).
    StringList allowed_hosts{};
    /// The same as a question, asked where `allowed_hosts` has no objection: called with "host:port" on the thread
    /// of the request, copied; must not throw. Names are not resolved: to keep a program from loopback, link-local or
    /// private addresses whatever a name resolves to, list the hosts, or resolve them in the hook.
    const std::function<bool(std::string_view)>* may_contact = nullptr;
    /// Follow redirects and links from https to http. Without it those that name the endpoint's own host are asked by
    /// https, as behind a proxy that ends TLS, and all others are ProtocolError.
    bool allow_downgrade = false;

    const Environment* environment = nullptr;  ///< instead of the process's; used only in the constructor
};
static_assert(std::is_trivially_copyable_v<SessionConfig> && std::is_trivially_destructible_v<SessionConfig>);

}  // namespace hf
