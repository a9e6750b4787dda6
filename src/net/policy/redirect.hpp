#pragma once

#include "net/policy/origin_policy.hpp"

#include <hf/net/transport.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hf::net {

/// Where a redirect leads.
class RedirectStep {
public:
    RedirectStep(Method method_, Url url_, bool keep_body_, bool credentials_allowed_)
        : method(method_), url(std::move(url_)), keep_body(keep_body_), credentials_allowed(credentials_allowed_) {}

    Method method;
    Url url;
    bool keep_body;            ///< false: send neither body nor its Content-* fields
    bool credentials_allowed;  ///< the target may see the token; false: no Authorization, no Cookie
};

/// Follows the redirects of one request. Pure.
class RedirectState {
public:
    /// `origins` is referred to.
    RedirectState(Method method, Url url, const OriginPolicy& origins, unsigned max_redirects = 10);

    /// nullopt: `status` is no redirect or there is no Location, the answer is final. 303 becomes GET (HEAD
    /// stays HEAD), 301 and 302 turn POST into GET, everything else keeps method and body (RFC 9110
    /// section 15.4). Throws ProtocolError for a loop and too many redirects, and what OriginPolicy::follow throws.
    std::optional<RedirectStep> next(unsigned status, std::optional<std::string_view> location);

    bool credentials_allowed() const { return origins_->may_see_token(url_.origin()); }  ///< for the current URL
    const Url& url() const noexcept { return url_; }
    Method method() const noexcept { return method_; }

private:
    Url follow(unsigned status, std::string_view location) const;

    Method method_;
    Url url_;
    const OriginPolicy* origins_;
    unsigned max_redirects_;
    std::vector<std::string> visited_;
};

constexpr bool is_redirect(unsigned status) noexcept {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

}  // namespace hf::net
