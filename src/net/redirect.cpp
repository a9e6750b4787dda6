#include <hf/core/error.hpp>
#include <hf/net/redirect.hpp>

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

RedirectState::RedirectState(Method method, Url url, Origin endpoint, RedirectPolicy policy)
    : method_(method), url_(std::move(url)), endpoint_(std::move(endpoint)), policy_(policy) {}

std::optional<RedirectStep> RedirectState::next(unsigned status, std::optional<std::string_view> location) {
    if (!is_redirect(status) || !location || location->empty()) return std::nullopt;
    visited_.push_back(visit(method_, url_));
    if (visited_.size() > policy_.max_redirects)
        refuse(method_, url_, status, "more than " + std::to_string(policy_.max_redirects) + " redirects");
    Url target;
    try {
        target = url_.resolve(*location);
    } catch (const HFValidationError&) {
        refuse(method_, url_, status, "the Location is not an http or https URL");
    }
    if (url_.origin().scheme == "https" && target.origin().scheme == "http" && !policy_.allow_downgrade)
        refuse(method_, url_, status, "it leads from https to http");
    const Method method = method_after(status, method_);
    if (std::ranges::find(visited_, visit(method, target)) != visited_.end())
        refuse(method_, url_, status, "it leads in a circle");
    const bool keep_body = method == method_ && status != 303;
    method_ = method;
    url_ = std::move(target);
    return RedirectStep(method_, url_, keep_body, credentials_allowed());
}

}  // namespace hf::net
