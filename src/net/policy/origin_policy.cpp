#include "net/policy/origin_policy.hpp"

#include <hf/core/error.hpp>

#include <algorithm>

namespace hf::net {
namespace {

// The Hub's two names, which share accounts.
bool is_hub(const Origin& origin) {
    return origin.scheme == "https" && origin.port == 443 &&
           (origin.host == "huggingface.co" || origin.host == "hf.co");
}

ErrorInfo describe(const Url& from, std::string why) {
    ErrorInfo info;
    info.url = from.redacted();
    info.message = "the answer of " + info.url + " leads elsewhere: " + std::move(why);
    return info;
}

Origin parse_token_origin(std::string_view text) {
    constexpr std::string_view argument = "token_origins";
    Url url;
    try {
        url = Url::parse(text);
    } catch (const HFValidationError& error) {
        throw_validation(argument, std::string(argument) + ": " + error.message());
    }
    if (url.origin().scheme != "https" || url.target() != "/" || text.find('@') != text.npos)
        throw_validation(argument, std::string(argument) + ": a token is sent to https://host[:port] only, not to " +
                                       url.redacted());
    return url.origin();
}

}  // namespace

OriginPolicy::Host OriginPolicy::parse_host(std::string_view text) {
    const bool below = text.starts_with("*.");
    const std::string_view name = below ? text.substr(2) : text;
    constexpr std::string_view argument = "allowed_hosts";
    try {
        if (name.find_first_of("/?#@*") != name.npos) throw_validation(argument, "not a host");
        const Url url = Url::parse("http://" + std::string(name));
        Host host;
        host.name = (below ? "." : "") + url.origin().host;
        const auto digits = name.rfind(':');
        if (digits != name.npos && !name.ends_with(']')) host.port = url.origin().port;
        return host;
    } catch (const HFValidationError&) {
        throw_validation(argument, std::string(argument) + ": '" + std::string(text.substr(text.rfind('@') + 1)) +
                                       "' is no \"host\", \"host:port\" or \"*.host\"");
    }
}

OriginPolicy::OriginPolicy(Origin endpoint, const OriginRules& rules)
    : endpoint_(std::move(endpoint)), allow_downgrade_(rules.allow_downgrade) {
    for (std::size_t i = 0; i < rules.token_origins.size(); ++i)
        token_origins_.push_back(parse_token_origin(rules.token_origins[i]));
    if (!rules.token_origins.given() && is_hub(endpoint_))
        token_origins_.push_back(Origin{"https", endpoint_.host == "hf.co" ? "huggingface.co" : "hf.co", 443});
    if (rules.allowed_hosts.given()) {
        allowed_.emplace();
        for (std::size_t i = 0; i < rules.allowed_hosts.size(); ++i)
            allowed_->push_back(parse_host(rules.allowed_hosts[i]));
    }
    if (rules.may_contact) hook_ = *rules.may_contact;
}

bool OriginPolicy::may_see_token(const Origin& origin) const {
    return origin == endpoint_ || std::ranges::find(token_origins_, origin) != token_origins_.end();
}

bool OriginPolicy::may_contact(const Origin& origin) const {
    if (may_see_token(origin)) return true;
    const auto fits = [&](const Host& host) {
        if (host.port && *host.port != origin.port) return false;
        return host.name.starts_with('.') ? origin.host.ends_with(host.name) : origin.host == host.name;
    };
    if (allowed_ && std::ranges::none_of(*allowed_, fits)) return false;
    if (!hook_) return true;
    const std::string host = origin.host.find(':') == origin.host.npos ? origin.host : "[" + origin.host + "]";
    return hook_(host + ":" + std::to_string(origin.port));
}

Url OriginPolicy::follow(const Url& from, std::string_view reference) const {
    std::optional<Url> target;
    try {
        target = from.resolve(reference);
    } catch (const HFValidationError& error) {
        throw ProtocolError(describe(from, error.message()));
    }
    return follow(from, std::move(*target));
}

Url OriginPolicy::follow(const Url& from, Url target) const {
    if (!allow_downgrade_ && from.origin().scheme == "https" && target.origin().scheme == "http") {
        if (endpoint_.scheme != "https" || target.origin().host != endpoint_.host)
            throw ProtocolError(describe(from, "from https to http, " + target.redacted()));
        target = Url(endpoint_, target.target());
    }
    if (!may_contact(target.origin()))
        throw HostNotAllowedError(describe(from, "to " + target.origin().to_string() + ", which may not be contacted"));
    return target;
}

}  // namespace hf::net
