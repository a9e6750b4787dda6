#pragma once

#include <hf/core/duration_arg.hpp>
#include <hf/core/json.hpp>
#include <hf/core/text_arg.hpp>
#include <hf/core/token_arg.hpp>
#include <hf/net/transport.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hf {

/// A repository as paths name it: "models/openai-community/gpt2".
class Repo {
public:
    /// Throws HFValidationError (argument "repo_type" or "repo_id").
    Repo(std::string_view repo_type, std::string_view repo_id);
    /// The same without a check of the type, for calls where the reference leaves that to the Hub.
    static Repo of_any_type(std::string_view repo_type, std::string_view repo_id);

    const std::string& type() const noexcept { return type_; }  ///< "model", "dataset" or "space"
    const std::string& id() const noexcept { return id_; }
    std::string api_path() const { return type_ + "s/" + id_; }  ///< below "/api/"
    std::string url_path() const;                                ///< below "/": "gpt2", "datasets/squad"

private:
    Repo() = default;

    std::string type_;
    std::string id_;
};

/// One path segment: '/' is percent-encoded too, as in revisions ("refs%2Fpr%2F1").
struct Segment {
    std::string_view text;
};
inline Segment segment(std::string_view text) { return {text}; }

/// Which quota of the Hub a request is charged to.
enum class Bucket { api, resolvers, pages, none };

/// One call of the Hub, owning everything it refers to. The setters are chained:
///
///     post("/api/{}/discussions", repo).json(body).token(options.token)
///
/// Each `{}` of a pattern takes one argument, percent-encoded: strings keep their slashes, Segment does
/// not, Repo gives its api_path().
class Request {
public:
    enum class Redirects { follow, same_origin, none };

    Request(net::Method method, std::string target) : method_(method), target_(std::move(target)) {}

    /// Appends to the query, in order. Booleans are spelled true and false, what is absent is left out.
    Request&& query(std::string_view name, std::string_view value);
    Request&& query(std::string_view name, const char* value) { return query(name, std::string_view(value)); }
    template <class T>
        requires std::integral<T>
    Request&& query(std::string_view name, T value) {
        if constexpr (std::same_as<T, bool>)
            return query_flag(name, value);
        else
            return query(name, std::string_view(std::to_string(value)));
    }
    template <class T>
    Request&& query(std::string_view name, const std::optional<T>& value) {
        if (value) query(name, *value);
        return std::move(*this);
    }
    template <std::same_as<TextArg> T>
    Request&& query(std::string_view name, T value) {
        return query(name, std::optional<std::string_view>(value));
    }

    Request&& json(const boost::json::value& body);
    Request&& form(std::span<const std::pair<std::string, std::string>> fields);
    Request&& body(net::Body body, std::string content_type);  ///< an empty type is not sent
    Request&& header(std::string name, std::string value);
    /// Fields that an answer demands for this very URL, as LFS links do: they replace others of their names, and
    /// are not sent to another origin, should the URL redirect there.
    Request&& bound(const net::Fields& fields);
    /// What the call's `token` option said; without it the client's own token is sent.
    Request&& token(TokenArg token);
    /// As `token`, for calls that write. What lacks a right is refused by the Hub; with
    /// SessionConfig::reference_routes it is HFValidationError if there is none or it is an organization's.
    Request&& write_token(TokenArg token);
    /// As `token`, for calls about the token itself: where neither the call nor the client has one, that of
    /// the environment; LocalTokenNotFoundError if there is none.
    Request&& any_token(TokenArg token);
    /// Never sends credentials, whatever is configured.
    Request&& anonymous();
    /// An absolute URL instead of the endpoint: signed storage links, other services.
    Request&& to(Url url);
    /// Path and query of this request at another service: "https://endpoints.huggingface.co".
    Request&& on(std::string_view service) { return to(Url::parse(std::string(service) + target_)); }
    /// The reference's `timeout`: longest wait for the peer, for the connection, for the first byte of an answer and
    /// for each further one. Not a limit of the whole call: an answer that drips for an hour keeps to it. Not given:
    /// those of the session. Throws HFValidationError (argument "timeout").
    Request&& timeout(DurationArg longest_wait);
    /// Time for the whole call, from its start: waits for quotas and connections, attempts, redirects, pauses between
    /// them, the body of a buffered answer. In a list: for each `next()`, all pages that it waits for included. Then
    /// TimeoutError (argument "deadline"). Not given: that of the session. Throws HFValidationError (argument
    /// "deadline") if it is zero or negative.
    Request&& deadline(DurationArg time);
    Request&& redirects(Redirects policy);
    Request&& bucket(Bucket bucket);
    /// May be sent twice without harm. True for GET, HEAD, PUT and DELETE unless said otherwise.
    Request&& idempotent(bool value);
    /// `false` asks for the bytes as stored: Accept-Encoding: identity.
    Request&& decompress(bool value);
    /// A sentence for people that is added to the message of an HTTP error.
    Request&& hint(std::string text);
    /// For calls that today's Hub may no longer know: the message of a 404, 405 or 410 says so.
    Request&& maybe_gone();
    /// Waits between attempts as for LFS uploads (`SessionConfig::upload_retry`).
    Request&& upload();

private:
    friend class Session;
    friend class SessionState;
    TokenArg token_arg() const;
    Request&& query_flag(std::string_view name, bool value);
    /// The path and query. With `reference_routes` flags are spelled True and False, as v0.20.3 spells them.
    std::string target(bool reference_routes) const;

    net::Method method_;
    std::string target_;
    std::vector<std::size_t> flags_;  // where the values of booleans begin in target_
    std::optional<Url> url_;
    net::Fields fields_;
    net::Fields bound_;
    net::Body body_;
    TokenArg token_given_;  // its text is kept in token_
    std::string token_;
    std::string hint_;
    bool maybe_gone_ = false;
    bool write_token_ = false;
    bool any_token_ = false;
    bool anonymous_ = false;
    bool decompress_ = true;
    bool upload_ = false;
    bool page_ = false;  // of a list
    std::optional<bool> idempotent_;
    std::optional<std::chrono::milliseconds> timeout_;
    std::optional<std::chrono::milliseconds> deadline_;  // zero: none, whatever the session says
    Redirects redirects_ = Redirects::follow;
    Bucket bucket_ = Bucket::api;
};

namespace detail {
std::string path_part(std::string_view text);
std::string path_part(Segment segment);
std::string path_part(const Repo& repo);
template <std::integral N>
std::string path_part(N number) {
    return std::to_string(number);
}
/// Replaces each "{}" of `pattern` by the next part. The numbers must agree.
std::string fill(std::string_view pattern, std::span<const std::string> parts);

template <class... Parts>
Request make_request(net::Method method, std::string_view pattern, const Parts&... parts) {
    const std::vector<std::string> encoded{path_part(parts)...};
    return Request(method, fill(pattern, encoded));
}
}  // namespace detail

template <class... Parts>
Request get(std::string_view pattern, const Parts&... parts) {
    return detail::make_request(net::Method::get, pattern, parts...);
}
template <class... Parts>
Request head(std::string_view pattern, const Parts&... parts) {
    return detail::make_request(net::Method::head, pattern, parts...);
}
template <class... Parts>
Request post(std::string_view pattern, const Parts&... parts) {
    return detail::make_request(net::Method::post, pattern, parts...);
}
template <class... Parts>
Request put(std::string_view pattern, const Parts&... parts) {
    return detail::make_request(net::Method::put, pattern, parts...);
}
template <class... Parts>
Request patch(std::string_view pattern, const Parts&... parts) {
    return detail::make_request(net::Method::patch, pattern, parts...);
}
template <class... Parts>
Request del(std::string_view pattern, const Parts&... parts) {
    return detail::make_request(net::Method::delete_, pattern, parts...);
}

}  // namespace hf
