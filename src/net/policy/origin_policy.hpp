#pragma once

#include <hf/core/string_list.hpp>
#include <hf/core/url.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hf::net {

/// What `OriginPolicy` is made of; see the members of the same names of SessionConfig. A view.
struct OriginRules {
    StringList token_origins{};
    StringList allowed_hosts{};
    const std::function<bool(std::string_view)>* may_contact = nullptr;
    bool allow_downgrade = false;
};

/// Where the answers of an endpoint may lead, and who may see the token: the one place that decides it, for
/// redirects, next links and storage links alike. Pure but for the caller's hook; safe from several threads.
class OriginPolicy {
public:
    /// Throws HFValidationError: "token_origins" for what is no https origin, "allowed_hosts" for what is no host.
    explicit OriginPolicy(Origin endpoint, const OriginRules& rules = OriginRules());

    /// The endpoint's origin, and those that it shares its token with.
    bool may_see_token(const Origin& origin) const;
    /// Whether a link may lead there. Always true for those that may see the token.
    bool may_contact(const Origin& origin) const;

    /// Where `reference`, which the answer of `from` holds, leads. A link that names the endpoint's own host by http,
    /// while the endpoint is https, means the endpoint itself: it stands behind something that ends TLS. Throws
    /// ProtocolError for what is no http(s) URL and for a step from https to http, HostNotAllowedError.
    /// Messages hold no user info and no signature.
    Url follow(const Url& from, std::string_view reference) const;
    /// The same for a link that is a URL already.
    Url follow(const Url& from, Url target) const;

private:
    struct Host {
        std::string name;  // lower case; starts with '.' where all below it are meant
        std::optional<std::uint16_t> port;
    };

    static Host parse_host(std::string_view text);

    Origin endpoint_;
    std::vector<Origin> token_origins_;
    std::optional<std::vector<Host>> allowed_;  // nullopt: any
    std::function<bool(std::string_view)> hook_;
    bool allow_downgrade_;
};

}  // namespace hf::net
