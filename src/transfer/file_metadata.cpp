#include "transfer/file_metadata.hpp"

#include <hf/core/cache_names.hpp>
#include <hf/core/constants.hpp>
#include <hf/core/error.hpp>
#include <hf/net/redirect.hpp>
#include <hf/session/environment.hpp>

#include <charconv>

namespace hf {

namespace asio = boost::asio;

namespace {

constexpr int most_redirects = 10;

std::optional<std::uint64_t> number(std::optional<std::string_view> text) {
    std::uint64_t value = 0;
    if (!text) return std::nullopt;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
    return value;
}

std::optional<std::string> text(std::optional<std::string_view> view) {
    if (!view) return std::nullopt;
    return std::string(*view);
}

/// A Location that names no host: a renamed repository, not a CDN.
bool stays_on_site(std::string_view location) {
    return !location.starts_with("//") && location.substr(0, location.find_first_of("/?")).find(':') == location.npos;
}

Url follow(const Url& url, std::string_view location) {
    Url next = url.resolve(location);
    // The Hub's redirects of renamed repositories name the path alone and mean the same query.
    if (next.query().empty() && !url.query().empty())
        next = Url(next.origin(), std::string(next.path()) + "?" + std::string(url.query()));
    return next;
}

Request head_request(const Session& session, const Url& url, const OwnedToken& token, std::optional<double> timeout) {
    Request request(net::Method::head, {});
    if (url.origin() == Url::parse(session.endpoint()).origin())
        request.token(token.get());
    else
        request.anonymous();
    request.to(url).timeout(timeout).decompress(false).bucket(Bucket::resolvers).redirects(Request::Redirects::none);
    return request;
}

HfFileMetadata describe(const Reply& reply) {
    const net::Fields& fields = reply.fields;
    const bool redirected = net::is_redirect(reply.status);
    HfFileMetadata out;
    out.commit_hash = text(fields.find("X-Repo-Commit"));
    auto etag = fields.find("X-Linked-Etag");
    if (!etag || etag->empty()) etag = fields.find("ETag");
    if (etag) out.etag = normalize_etag(*etag);
    const auto location = fields.find("Location");
    out.location = location ? reply.url.resolve(*location).to_string() : reply.url.to_string();
    out.size = number(fields.find("X-Linked-Size"));
    // The length of a redirect is that of its text.
    if (!out.size && !redirected) out.size = number(fields.find("Content-Length"));
    return out;
}

}  // namespace

double etag_timeout(const Session& session, std::optional<double> given) {
    const auto from_environment = session.environment().etag_timeout;
    if (from_environment != default_etag_timeout || !given) return static_cast<double>(from_environment.count());
    return *given;
}

asio::awaitable<HfFileMetadata> file_metadata(Session session, Url url, OwnedToken token,
                                              std::optional<double> timeout) {
    for (int redirects = 0;; ++redirects) {
        Request request = head_request(session, url, token, timeout);
        Reply reply = co_await session.send(std::move(request));
        const auto location = reply.fields.find("Location");
        if (!net::is_redirect(reply.status) || !location || !stays_on_site(*location)) co_return describe(reply);
        if (redirects == most_redirects) {
            ErrorInfo info;
            info.method = "HEAD";
            info.url = url.redacted();
            info.message = "too many redirects for HEAD " + info.url;
            throw ProtocolError(std::move(info));
        }
        url = follow(reply.url, *location);
    }
}

}  // namespace hf
