#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hf {

/// Scheme, host and port: the unit to which a token and a connection pool are bound.
struct Origin {
    std::string scheme;      ///< "http" or "https", lower case
    std::string host;        ///< lower case, IPv6 without brackets
    std::uint16_t port = 0;  ///< never 0 in a parsed URL: 80 or 443 where none is given

    bool operator==(const Origin&) const = default;
    std::string to_string() const;       ///< "https://host", the port only where it is not the default
    std::string host_header() const;     ///< "host" or "host:port" for the Host field
};

/// An absolute http or https URL whose percent-encoding is kept exactly as written.
class Url {
public:
    Url() = default;
    Url(Origin origin, std::string target);

    /// Throws HFValidationError (argument "url") unless `text` is an absolute http(s) URL without
    /// control characters. User info is left out, see `user_info`; the message quotes neither it nor a query.
    static Url parse(std::string_view text);

    /// RFC 3986 section 5 reference resolution; `reference` is what a Location or Link field holds.
    Url resolve(std::string_view reference) const;

    const Origin& origin() const noexcept { return origin_; }
    const std::string& target() const noexcept { return target_; }  ///< path and query, starts with '/'
    std::string_view path() const noexcept;
    std::string_view query() const noexcept;  ///< without '?'
    std::string to_string() const { return origin_.to_string() + target_; }
    /// For messages and events: values of query parameters replaced by "…" where they can be secrets
    /// (signatures, tokens, credentials).
    std::string redacted() const;
    /// The values that `redacted` hides.
    std::vector<std::string_view> secrets() const;

private:
    Origin origin_;
    std::string target_ = "/";
};

/// "user:password" of "https://user:password@host/", as written; empty if there is none.
std::string_view user_info(std::string_view url);

/// The value of Authorization or Proxy-Authorization that "user:password", percent-encoded, stands for.
std::string basic_credentials(std::string_view user_info);

/// Python's `urllib.parse.quote`: keeps ASCII letters, digits, "_.-~" and the characters in `safe`.
std::string quote(std::string_view text, std::string_view safe = "/");

/// Python's `urllib.parse.quote_plus`, as used in query strings and form bodies.
std::string quote_plus(std::string_view text);

/// Decodes %XX; a '+' stays a '+'. Malformed escapes are kept as they are.
std::string unquote(std::string_view text);

}  // namespace hf
