#include "engine/xet/tokens.hpp"

#include "core/json_access.hpp"
#include "core/text.hpp"
#include "engine/files/file.hpp"
#include "session/services.hpp"

#include <hf/core/error.hpp>
#include <hf/core/json.hpp>

#include <algorithm>

namespace hf {

namespace asio = boost::asio;

namespace {

using SystemTime = std::chrono::system_clock::time_point;

constexpr std::chrono::seconds margin{60};
// Of repositories that nobody fetches from any more, tokens are forgotten first.
constexpr std::size_t most_places = 1024;
// Longer ones are none: the specification allows 64,000 characters.
constexpr std::size_t longest_token = 64'000;
// Beyond that a clock cannot count its nanoseconds: a token for ever.
constexpr std::int64_t latest_second = 4'102'444'800;  // 2100

std::string key_of(const TransferCall& call, XetAccess access) {
    std::string out = std::to_string(static_cast<int>(access)) + " ";
    out += call.repo.api_path() + " " + call.revision + "\n";
    return out + call.session.authorization(call.token.get());
}

[[noreturn]] void throw_no_token(const Reply& reply, std::string_view what) {
    ErrorInfo info;
    info.url = reply.url.redacted();
    info.message = "the answer of " + info.url + " is no token for Xet storage: " + std::string(what);
    throw InvalidResponseError(std::move(info));
}

Request token_request(const TransferCall& call, XetAccess access) {
    const std::string_view route =
        access == XetAccess::read ? "/api/{}/xet-read-token/{}" : "/api/{}/xet-write-token/{}";
    // A pull request that is not there has no revision; the reference writes what its language calls that.
    const bool pull_request = access == XetAccess::pull_request;
    const std::string_view revision = pull_request ? std::string_view("None") : std::string_view(call.revision);
    Request request = get(route, call.repo, segment(revision));
    if (pull_request) request.query("create_pr", "1");
    request.token(call.token.get());
    return request;
}

/// Hubs say it twice, in the body and in the head; one of them will do.
XetToken read_token(const Session& session, const Reply& reply) {
    json::value parsed;
    try {
        parsed = json::parse(reply.body);
    } catch (const InvalidResponseError&) {
        // The head may say it alone.
    }
    const json::object* members = parsed.if_object();
    const auto text = [&](std::string_view member, std::string_view field) {
        if (members) {
            if (const auto found = text_of(members->if_contains(member))) return std::string(*found);
        }
        return std::string(reply.fields.find(field).value_or(std::string_view()));
    };
    std::optional<std::int64_t> seconds;
    const json::value* exp = members ? members->if_contains("exp") : nullptr;
    if (exp && exp->is_int64()) seconds = exp->get_int64();
    if (!seconds) seconds = to_number<std::int64_t>(reply.fields.find("X-Xet-Token-Expiration").value_or("-"));
    std::string token = text("accessToken", "X-Xet-Access-Token");
    const std::string store = text("casUrl", "X-Xet-Cas-Url");
    if (token.empty() || token.size() > longest_token) throw_no_token(reply, "accessToken");
    if (std::ranges::any_of(token, [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7f; }))
        throw_no_token(reply, "accessToken");
    if (!seconds || *seconds <= 0) throw_no_token(reply, "exp");
    if (store.empty()) throw_no_token(reply, "casUrl");
    const SystemTime expires{std::chrono::seconds(std::min(*seconds, latest_second))};
    return XetToken(std::move(token), expires, session.follow(reply.url, store));
}

}  // namespace

XetTokens::XetTokens() {
    // A UUID of version 4, of random digits.
    const std::string digits = random_name() + random_name();
    session_id_ = digits.substr(0, 8) + "-" + digits.substr(8, 4) + "-4" + digits.substr(13, 3) + "-a" +
                  digits.substr(17, 3) + "-" + digits.substr(20, 12);
}

std::shared_ptr<XetTokens> XetTokens::of(const Session& session) { return session.services().use<XetTokens>(); }

std::shared_ptr<XetTokens::Place> XetTokens::place(const std::string& key) {
    const std::lock_guard lock(mutex_);
    if (places_.size() >= most_places && !places_.contains(key))
        std::erase_if(places_, [](const auto& entry) { return entry.second.use_count() == 1; });
    std::shared_ptr<Place>& found = places_[key];
    if (!found) found = std::make_shared<Place>();
    return found;
}

std::optional<XetToken> XetTokens::valid(const Place& place, SystemTime now) const {
    const std::lock_guard lock(mutex_);
    if (!place.token || place.token->expires < now + margin) return std::nullopt;
    return place.token;
}

asio::awaitable<XetToken> XetTokens::get(std::shared_ptr<const TransferCall> call, XetAccess access) {
    const auto self = of(call->session);
    const auto place = self->place(key_of(*call, access));
    std::optional<XetToken> known = valid(*place, call->session.clock().system_now());
    if (known) co_return std::move(*known);
    const Semaphore::Ticket turn = co_await place->turn->take(1);
    known = valid(*place, call->session.clock().system_now());
    if (known) co_return std::move(*known);
    Request request = token_request(*call, access);
    const Reply reply = co_await call->session.send(std::move(request));
    XetToken token = read_token(call->session, reply);
    const std::lock_guard lock(mutex_);
    place->token = token;
    co_return token;
}

void XetTokens::drop(const TransferCall& call, XetAccess access, const XetToken& token) {
    const auto found = place(key_of(call, access));
    const std::lock_guard lock(mutex_);
    if (found->token && found->token->text == token.text) found->token.reset();
}

}  // namespace hf
