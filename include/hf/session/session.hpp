#pragma once

#include <hf/core/async_generator.hpp>
#include <hf/core/json.hpp>
#include <hf/net/transport.hpp>
#include <hf/session/paging.hpp>
#include <hf/session/request.hpp>
#include <hf/session/session_config.hpp>
#include <hf/session/within.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace hf {

namespace net {
class RedirectState;
}

class Environment;
class SessionServices;
class SessionState;
class SessionStats;

/// Time and chance, so that tests need neither. Used from all threads of the session.
class Clock {
public:
    virtual ~Clock() = default;
    virtual std::chrono::steady_clock::time_point now() const = 0;
    virtual std::chrono::system_clock::time_point system_now() const = 0;
    virtual double random() = 0;  ///< in [0, 1)
    virtual boost::asio::awaitable<void> sleep(std::chrono::milliseconds duration) = 0;
};

/// One attempt of one request, reported when it ended.
struct RequestEvent {
    net::Method method{};
    std::string host;
    std::string path;     ///< without query
    unsigned status = 0;  ///< 0: no answer; `error` says why
    int attempt = 1;
    std::uint64_t bytes_sent = 0;          ///< head and body of an answered request
    std::uint64_t bytes_received = 0;      ///< of a buffered body
    net::Timings timings;                  ///< of the last hop: redirects are part of an attempt
    std::chrono::nanoseconds duration{0};  ///< to the end of a buffered body, else to the answer's head
    std::string error;
    std::string warning;  ///< X-HF-Warning, meant for the user: "unauthenticated; Warning: You are sending …"
};

/// A request that waits before it is sent, or sent again: for a quota that is used up, for a turn where the quota is
/// scarce, or because an answer or a broken connection asks for patience.
struct WaitEvent {
    std::string host;
    Bucket bucket{};
    std::chrono::milliseconds planned{0};
    std::chrono::steady_clock::time_point since{};  ///< `Clock::now` when this request first had to wait
    unsigned status = 0;                            ///< of the answer that asks for it; 0: none did
};

/// A complete answer.
struct Reply {
    Reply() = default;
    Reply(unsigned status_, net::Fields fields_, Url url_, std::string body_)
        : status(status_), fields(std::move(fields_)), url(std::move(url_)), body(std::move(body_)) {}

    unsigned status = 0;
    net::Fields fields;
    Url url;  ///< where the answer came from, after redirects
    std::string body;
};

/// An answer whose body is still on the wire. Move-only; destroying it closes the connection unless
/// the body was read to its end.
struct Stream {
    Stream(net::Response response_, Url url_) : response(std::move(response_)), url(std::move(url_)) {}

    net::Response response;
    Url url;
};

/// What all calls share: endpoint, token, connections, retries, quotas. A handle; copies share one state,
/// and awaitables and generators keep that state alive. Safe to use from several threads.
///
/// Every other endpoint of the Hub is reached through `call` and `list`:
///
///     auto tags = co_await api.session().call<hf::json::value>(hf::get("/api/models-tags-by-type"));
///
/// All functions throw the typed errors of error.hpp; a cancelled call throws
/// boost::system::system_error(operation_aborted) and leaves other calls untouched.
class Session {
public:
    explicit Session(boost::asio::any_io_executor executor, SessionConfig config = SessionConfig());
    /// With the caller's own transport and clock; null means the default.
    Session(boost::asio::any_io_executor executor, SessionConfig config, std::shared_ptr<net::Transport> transport,
            std::shared_ptr<Clock> clock);

    /// Sends and reads the whole answer, up to `SessionConfig::max_body`.
    boost::asio::awaitable<Reply> send(Request request) const;

    /// Sends and gives the answer's head; the body is read by the caller, without retry.
    boost::asio::awaitable<Stream> open(Request request) const;

    /// Sends and converts the JSON answer; `void` ignores the body.
    template <class T>
    boost::asio::awaitable<T> call(Request request) const {
        return call_impl<T>(*this, std::move(request));
    }

    /// Any call, with a time for all of it:
    ///
    ///     auto folder = co_await session.within(std::chrono::minutes(10), api.snapshot_download("me/model"));
    ///
    /// When the time is over the call is cancelled and, when it has ended, TimeoutError thrown (argument "deadline").
    /// Throws HFValidationError (argument "deadline") at once for a time that is zero or negative; without one it is
    /// just the call.
    template <class T>
    boost::asio::awaitable<T> within(DurationArg deadline, boost::asio::awaitable<T> call) const {
        return within_impl<T>(*this, deadline.positive("deadline"), std::move(call));
    }

    /// A paginated list: each page is a JSON array, the next one is named by `Link: rel="next"`.
    template <class T>
    AsyncGenerator<T> list(Request request, ListOptions options = ListOptions()) const {
        return list_with<T>(std::move(request), &json::from_value<T>, options);
    }
    /// The same with a conversion of one's own.
    template <class T>
    AsyncGenerator<T> list_with(Request request, std::function<T(const json::value&)> convert,
                                ListOptions options = ListOptions()) const {
        LeftOutElement left_out;
        if (options.skip_unreadable) {
            left_out = [self = *this](std::string_view page, std::uint64_t index, const InvalidResponseError& error) {
                self.report_left_out(page, index, error);
            };
        }
        return AsyncGenerator<T>(std::make_unique<PagedSource<T>>(pages(std::move(request), options),
                                                                  std::move(convert), std::move(left_out)));
    }

    /// What an answer says, as a T. Of a list of answers what cannot be read is left out, as with `skip_unreadable`.
    template <class T>
    T decode(const Reply& reply, TokenArg token = TokenArg()) const {
        try {
            if constexpr (json::detail::is_record_list<T>) {
                return json::parse_as(reply.body, [&](const json::value& list) {
                    return elements<typename T::value_type>(list, reply, &json::from_value<typename T::value_type>);
                });
            } else {
                return json::parse_as(reply.body, &json::from_value<T>);
            }
        } catch (const InvalidResponseError& error) {
            rethrow_with(error, reply, token);
        }
    }
    /// The elements of a list within an answer, left out likewise.
    template <class T, class Convert>
    std::vector<T> elements(const json::value& list, const Reply& reply, Convert convert) const {
        std::vector<T> out;
        std::exception_ptr failure;
        std::uint64_t index = 0;
        for (const auto& item : json::array_or_null(list)) {
            try {
                out.push_back(convert(item));
            } catch (const InvalidResponseError& error) {
                if (!failure) failure = std::current_exception();
                report_left_out(reply.url.to_string(), index, error);
            }
            ++index;
        }
        if (failure && out.empty()) std::rethrow_exception(failure);
        return out;
    }

    /// Called after every attempt of every request, on the thread of that request. Set before the first
    /// call. Must not throw.
    void on_request(std::function<void(const RequestEvent&)> observer);

    /// Called with a sentence where a call leaves something out that was perhaps wanted: an element of a list that
    /// cannot be read, a link in a folder to upload, a pattern that matches nothing. On the thread of the call. Set
    /// before the first call. Must not throw.
    void on_warning(std::function<void(std::string_view)> observer);
    void warn(std::string_view sentence) const;
    void report_left_out(std::string_view page, std::uint64_t index, const InvalidResponseError& error) const;
    /// Called when a wait of a second or more begins, once for each, on the thread of that request. Set before the
    /// first call. Must not throw.
    void on_wait(std::function<void(const WaitEvent&)> observer);

    const std::string& endpoint() const noexcept;  ///< without trailing slash
    const std::string& inference_endpoints() const noexcept;
    const std::string& inference_catalog() const noexcept;
    const std::string& datasets_server() const noexcept;
    const std::string& cache_dir() const noexcept;
    const Environment& environment() const noexcept;
    bool offline() const noexcept;
    bool reference_routes() const noexcept;
    Clock& clock() const noexcept;
    const boost::asio::any_io_executor& executor() const noexcept;
    /// The Authorization value that `token` stands for; empty: none. Throws LocalTokenNotFoundError.
    std::string authorization(TokenArg token, bool write = false) const;
    const RetryConfig& retry() const noexcept;
    const RetryConfig& page_retry() const noexcept;
    const std::optional<std::chrono::milliseconds>& deadline() const noexcept;  ///< SessionConfig::deadline
    /// Where a link in the answer of `from` leads: what SessionConfig::allow_downgrade, allowed_hosts and may_contact
    /// say of it. Throws ProtocolError, HostNotAllowedError.
    Url follow(const Url& from, std::string_view reference) const;
    Url follow(const Url& from, Url target) const;
    net::RedirectState redirects(net::Method method, Url url) const;  ///< of the library; lives no longer than this
    /// Whether the token may be sent there: the endpoint and SessionConfig::token_origins.
    bool may_see_token(const Origin& origin) const;
    /// `text` of a server without the session's secrets and `token`, which it may echo. For messages.
    std::string without_secrets(std::string text, TokenArg token = TokenArg()) const;
    /// The request for a page that `Link: rel="next"` names: same headers and token. A link to another
    /// host is rewritten to the endpoint, so that mirrors are not left and the token not leaked.
    /// Throws ProtocolError for what is no http(s) URL.
    Request following_page(const Request& request, std::string_view page_url, std::string_view next) const;
    /// Counters of connections and quotas, from any thread; see <hf/session/stats.hpp>.
    SessionStats stats() const;
    SessionServices& services() const noexcept;  ///< of the library
    /// Closes all connections; calls in flight fail with operation_aborted.
    void close() const;

private:
    // Holds a copy of the handle in the coroutine frame, so that the state outlives the call.
    template <class T>
    static boost::asio::awaitable<T> call_impl(Session self, Request request) {
        const OwnedToken token(request.token_arg());
        const Reply reply = co_await self.send(std::move(request));
        if constexpr (!std::is_void_v<T>) co_return self.decode<T>(reply, token.get());
    }
    template <class T>
    static boost::asio::awaitable<T> within_impl(Session self, std::optional<std::chrono::milliseconds> limit,
                                                 boost::asio::awaitable<T> call) {
        auto limited = detail::within(self.clock(), limit, std::move(call));
        co_return co_await std::move(limited);
    }
    [[noreturn]] void rethrow_with(const InvalidResponseError& error, const Reply& reply, TokenArg token) const;
    static boost::asio::awaitable<Reply> send_impl(std::shared_ptr<SessionState> state, Request request);
    static boost::asio::awaitable<Stream> open_impl(std::shared_ptr<SessionState> state, Request request);
    std::unique_ptr<PageStream> pages(Request request, ListOptions options) const;

    std::shared_ptr<SessionState> state_;
};

}  // namespace hf
