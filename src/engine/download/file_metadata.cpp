#include "engine/download/file_metadata.hpp"

#include "core/cache_names.hpp"
#include "core/text.hpp"
#include "net/policy/redirect.hpp"
#include "xet/hash.hpp"

#include <hf/core/constants.hpp>
#include <hf/core/error.hpp>
#include <hf/session/environment.hpp>

#include <charconv>
#include <limits>

namespace hf {

namespace asio = boost::asio;

namespace {

std::optional<std::uint64_t> number(std::optional<std::string_view> text) {
    return text ? to_number<std::uint64_t>(*text) : std::nullopt;
}

std::optional<std::string> text(std::optional<std::string_view> view) {
    if (!view) return std::nullopt;
    return std::string(*view);
}

/// Whether a redirect says all that is asked of the file: its content is in a store, which itself knows less.
/// Within the site ("own") any answer may have an ETag and a commit, that of a renamed repository too.
bool describes_file(const net::Fields& fields, bool own) {
    return fields.contains("X-Linked-Etag") || fields.contains("X-Linked-Size") ||
           (!own && (fields.contains("X-Repo-Commit") || fields.contains("ETag")));
}

bool names_host(std::string_view location) {
    return location.starts_with("//") || location.substr(0, location.find_first_of("/?#")).find(':') != location.npos;
}

/// The Hub's redirects of renamed repositories name the path alone and mean the same query.
std::string with_query(std::string_view location, const Url& url) {
    std::string out(location.substr(0, location.find('#')));
    if (!url.query().empty() && out.find('?') == out.npos) out.append("?").append(url.query());
    return out;
}

Request head_request(const Session& session, const Url& url, const OwnedToken& token, std::optional<double> timeout) {
    Request request(net::Method::head, {});
    if (session.may_see_token(url.origin()))
        request.token(token.get());
    else
        request.anonymous();
    request.to(url).timeout(timeout).decompress(false).bucket(Bucket::resolvers).redirects(Request::Redirects::none);
    return request;
}

HfFileMetadata describe(const Session& session, const Reply& reply) {
    const net::Fields& fields = reply.fields;
    const bool redirected = net::is_redirect(reply.status);
    HfFileMetadata out;
    out.commit_hash = text(fields.find("X-Repo-Commit"));
    auto etag = fields.find("X-Linked-Etag");
    if (!etag || etag->empty()) etag = fields.find("ETag");
    if (etag) out.etag = normalize_etag(*etag);
    const auto xet = fields.find("X-Xet-Hash");
    if (xet && xet::parse_hash(*xet)) out.xet_hash = std::string(*xet);
    const auto location = fields.find("Location");
    out.location = redirected && location ? session.follow(reply.url, *location).to_string() : reply.url.to_string();
    out.size = number(fields.find("X-Linked-Size"));
    // The length of a redirect is that of its text, and that of a compressed answer is not the file's.
    if (!out.size && !redirected && !fields.contains("Content-Encoding"))
        out.size = number(fields.find("Content-Length"));
    return out;
}

}  // namespace

double etag_timeout(const Session& session, DurationArg given, std::string_view name) {
    given.positive(name);
    const auto from_environment = session.environment().etag_timeout;
    if (from_environment == default_etag_timeout && given) return given.seconds();
    if (from_environment.count() <= 0) return std::numeric_limits<double>::infinity();
    return static_cast<double>(from_environment.count());
}

asio::awaitable<HfFileMetadata> file_metadata(Session session, Url url, OwnedToken token,
                                              std::optional<double> timeout) {
    net::RedirectState redirects = session.redirects(net::Method::head, url);
    while (true) {
        Request request = head_request(session, url, token, timeout);
        const Reply reply = co_await session.send(std::move(request));
        const auto location = reply.fields.find("Location");
        if (!net::is_redirect(reply.status) || !location || location->empty()) co_return describe(session, reply);
        std::string target(*location);
        if (names_host(target)) {
            const bool own = session.may_see_token(session.follow(reply.url, target).origin());
            if (describes_file(reply.fields, own)) co_return describe(session, reply);
        } else {
            target = with_query(target, reply.url);
        }
        url = redirects.next(reply.status, target)->url;
    }
}

}  // namespace hf
