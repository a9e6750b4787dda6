#include "local_hub/server/dispatch.hpp"

#include "core/base64.hpp"
#include "core/text.hpp"
#include "local_hub/data/random.hpp"
#include "local_hub/http/base64url.hpp"

#include <hf/core/hash.hpp>

#include <algorithm>
#include <charconv>

namespace hf::local_hub {
namespace {

// "Bearer TOKEN", or git's "Basic user:TOKEN".
std::string token_of(const Request& request) {
    const auto value = request.field("Authorization");
    const auto space = value.find(' ');
    if (space == value.npos) return {};
    const std::string scheme = to_lower(value.substr(0, space));
    const auto credentials = value.substr(space + 1);
    if (scheme == "bearer") return std::string(credentials);
    if (scheme != "basic") return {};
    const std::string decoded = base64_decode_unpadded(credentials).value_or(std::string());
    const auto colon = decoded.find(':');
    return colon == decoded.npos ? std::string() : decoded.substr(colon + 1);
}

// The load balancer's id, and the caller's own behind it.
std::string request_id(const Request& request) {
    std::string out = "Root=1-" + random_hex(4) + "-" + random_hex(12);
    const auto own = request.field("X-Amzn-Trace-Id");
    constexpr std::size_t longest = 100;
    if (!own.empty() && own.size() <= longest) out.append(";").append(own);
    return out;
}

// As Express makes them, which the Hub runs on.
std::string weak_etag(std::string_view body) {
    char size[17];
    const auto end = std::to_chars(size, size + sizeof size, body.size(), 16).ptr;
    constexpr std::size_t kept_digits = 27;
    Sha1 hasher;
    hasher.update(body);
    return "W/\"" + std::string(size, end) + "-" + base64_encode(hasher.digest()).substr(0, kept_digits) + "\"";
}

bool has(const Response& response, std::string_view name) {
    return std::ranges::any_of(response.fields, [&](const Field& field) { return field.first == name; });
}

}  // namespace

Dispatch::Dispatch(Hub& hub, const Router& router, Quotas& quotas, Request request)
    : hub_(hub),
      quotas_(quotas),
      request_(std::move(request)),
      match_(router.match(request_.method, request_.path, request_.lfs_origin,
                          [&hub](RepoType type, const std::string& name) {
                              return hub.repos.find(type, name) || hub.repos.renamed(type, name);
                          })) {}

void Dispatch::answer(const HttpError& error) {
    complete(error_response(error, !match_.route || match_.route->json_errors));
}

// What all answers of the Hub have in common; the second origin is an object store.
void Dispatch::complete(Response answer) {
    for (const auto& field : quota_fields_) answer.fields.push_back(field);
    answer.set("X-Request-Id", request_id(request_));
    const bool redirects = answer.status == 302 || answer.status == 307;
    if (!request_.lfs_origin) answer.set("Vary", redirects ? "Origin, Accept" : "Origin");
    const auto body = answer.text();
    if (!request_.lfs_origin && answer.in_memory() && !body.empty() && !has(answer, "ETag")) {
        std::string etag = weak_etag(body);
        const bool known = answer.status == 200 && (request_.method == "GET" || request_.method == "HEAD") &&
                           request_.field("If-None-Match") == etag;
        answer.set("ETag", std::move(etag));
        if (known) {
            answer.status = 304;
            answer.body.clear();
            answer.shared_body.reset();
        }
    }
    response_ = std::move(answer);
}

template <class F>
void Dispatch::guarded(F f) {
    try {
        f();
    } catch (const std::exception& failure) {
        answer(http_error_of(failure));
    }
}

void Dispatch::authenticate() {
    static const PrincipalPtr anonymous = std::make_shared<const Principal>();
    who_ = anonymous;
    // The second origin does not know the tokens of the Hub, also where it has no such route.
    if (match_.route ? !match_.route->checks_token : request_.lfs_origin) return;
    const std::string token = token_of(request_);
    if (token.empty()) return;
    if (auto known = hub_.accounts.by_token(token))
        who_ = std::move(known);
    else
        throw unauthorized();
}

bool Dispatch::begin() {
    guarded([&] {
        authenticate();
        const Bucket bucket = match_.route ? match_.route->bucket : Bucket::pages;
        const std::string identity = who_->anonymous() ? request_.remote : who_->name();
        const bool within = quotas_.take(bucket, identity, quota_fields_);
        if (!within) throw HttpError(429, "We had to rate limit you. Upgrade your plan or wait for the next window.");
        if (!match_.route) throw not_found("Sorry, we can't find the page you are looking for.");
        call_.emplace(Call{hub_, request_, match_.params, who_});
        if (match_.route->sink) {
            sink_ = match_.route->sink(*call_);
        } else {
            complete(match_.route->handler(*call_));
        }
    });
    return response_.has_value();
}

bool Dispatch::write(std::string_view chunk) {
    guarded([&] { sink_->write(chunk); });
    return !response_;
}

void Dispatch::finish() {
    guarded([&] { complete(sink_->finish()); });
    sink_.reset();
}

}  // namespace hf::local_hub
