#include "net/policy/redirect.hpp"

#include "core/rethrow.hpp"

#include <algorithm>

namespace hf::net {
namespace {

[[noreturn]] void refuse(Method method, const Url& from, unsigned status, std::string message) {
    ErrorInfo info;
    info.message = "redirect from " + from.redacted() + ": " + std::move(message);
    info.method = to_string(method);
    info.url = from.redacted();
    info.status = status;
    throw ProtocolError(std::move(info));
}

Method method_after(unsigned status, Method method) {
    if (status == 303) return method == Method::head ? Method::head : Method::get;
    if ((status == 301 || status == 302) && method == Method::post) return Method::get;
    return method;
}

std::string visit(Method method, const Url& url) { return std::string(to_string(method)) + ' ' + url.to_string(); }

}  // namespace

RedirectState::RedirectState(Method method, Url url, const OriginPolicy& origins, unsigned max_redirects)
    : method_(method), url_(std::move(url)), origins_(&origins), max_redirects_(max_redirects) {}

std::optional<RedirectStep> RedirectState::next(unsigned status, std::optional<std::string_view> location) {
    if (!is_redirect(status) || !location || location->empty()) return std::nullopt;
    visited_.push_back(visit(method_, url_));
    if (visited_.size() > max_redirects_)
        refuse(method_, url_, status, "more than " + std::to_string(max_redirects_) + " redirects");
    Url target = follow(status, *location);
    const Method method = method_after(status, method_);
    if (std::ranges::find(visited_, visit(method, target)) != visited_.end())
        refuse(method_, url_, status, "it leads in a circle");
    const bool keep_body = method == method_ && status != 303;
    method_ = method;
    url_ = std::move(target);
    return RedirectStep(method_, url_, keep_body, credentials_allowed());
}

Url RedirectState::follow(unsigned status, std::string_view location) const {
    try {
        return origins_->follow(url_, location);
    } catch (const Error& error) {
        ErrorInfo info = error.info();
        info.method = to_string(method_);
        info.status = status;
        rethrow_as(error, std::move(info));
    }
}

}  // namespace hf::net
