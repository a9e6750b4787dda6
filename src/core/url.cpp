#include "core/base64.hpp"
#include "core/text.hpp"

#include <hf/core/error.hpp>
#include <hf/core/url.hpp>

#include <algorithm>
#include <array>

namespace hf {
namespace {

bool is_unreserved(unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
           c == '-' || c == '~';
}

void append_escaped(std::string& out, unsigned char c) {
    constexpr char digits[] = "0123456789ABCDEF";
    out += {'%', digits[c >> 4], digits[c & 15]};
}

std::uint16_t default_port(std::string_view scheme) { return scheme == "https" ? 443 : 80; }

bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Servers write characters into Location and Link that RFC 3986 wants escaped (spaces, brackets,
// UTF-8, a lone '%'); clients are expected to send them escaped instead of refusing the whole answer.
std::string escape_illegal(std::string_view text) {
    constexpr std::string_view legal = "!$&'()*+,;=:@/?";
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        const bool escape =
            c == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 && hex_value(text[i + 2]) >= 0;
        if (escape || is_unreserved(c) || legal.find(text[i]) != legal.npos)
            out += text[i];
        else
            append_escaped(out, c);
    }
    return out;
}

std::string_view without_fragment(std::string_view text) { return text.substr(0, text.find('#')); }

bool has_control_characters(std::string_view text) {
    return std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

// The scheme of a reference, empty for a relative one.
std::string_view scheme_of(std::string_view text) {
    const auto colon = text.find(':');
    if (colon == text.npos || colon == 0 || !is_alpha(text[0])) return {};
    const auto scheme = text.substr(0, colon);
    const bool legal = std::ranges::all_of(
        scheme, [](char c) { return is_alpha(c) || is_digit(c) || c == '+' || c == '-' || c == '.'; });
    return legal ? scheme : std::string_view();
}

// A host that is safe to resolve, to send as Host and to show: a name of ASCII letters, digits, '-',
// '.' and '_', or an IPv6 address in brackets.
bool parse_host_port(std::string_view text, Origin& origin) {
    std::string_view port;
    bool legal = true;
    if (text.starts_with('[')) {
        const auto close = text.find(']');
        if (close == text.npos) return false;
        origin.host = to_lower(text.substr(1, close - 1));
        legal = origin.host.find(':') != origin.host.npos &&
                std::ranges::all_of(origin.host, [](char c) { return hex_value(c) >= 0 || c == ':' || c == '.'; });
        port = text.substr(close + 1);
        if (!port.empty() && port.front() != ':') return false;
    } else {
        const auto colon = text.find(':');
        origin.host = to_lower(text.substr(0, colon));
        legal = !origin.host.empty() && std::ranges::all_of(origin.host, [](char c) {
            return is_alpha(c) || is_digit(c) || c == '-' || c == '.' || c == '_';
        });
        if (colon != text.npos) port = text.substr(colon);
    }
    if (!legal) return false;
    origin.port = default_port(origin.scheme);
    if (port.size() < 2) return true;
    port.remove_prefix(1);
    origin.port = to_number<std::uint16_t>(port).value_or(0);
    return origin.port != 0;
}

// As much of a malformed URL as a message may show: no user info, however malformed, no query, not too long.
std::string harmless(std::string_view text) {
    std::string out;
    if (const auto at = text.rfind('@'); at != text.npos) {
        const auto slashes = text.find("//");
        if (slashes < at) out = text.substr(0, slashes + 2);
        out += "…";
        text.remove_prefix(at);
    }
    return out.append(text.substr(0, std::min<std::size_t>(text.find_first_of("?#"), 200)));
}

// Names of query parameters that the Hub and common object stores put into every URL without
// making it a secret; everything else may sign or authorise.
bool is_harmless_parameter(std::string_view name) {
    constexpr auto harmless = std::to_array<std::string_view>(
        {"author",      "blobs",     "cardData", "config",         "create_pr", "cursor", "datasets",
         "diff",        "direction", "download", "expand",         "factory",   "filter", "full",
         "include_prs", "item",      "limit",    "linked",         "models",    "owner",  "p",
         "page_index",  "recursive", "search",   "securityStatus", "sort",      "status", "type"});
    return std::ranges::find(harmless, name) != harmless.end();
}

// Calls `take(name, whole parameter)` for each parameter of a query.
void each_parameter(std::string_view query, auto take) {
    while (!query.empty()) {
        const auto end = query.find('&');
        const auto pair = query.substr(0, end);
        take(pair.substr(0, pair.find('=')), pair);
        query = end == query.npos ? std::string_view() : query.substr(end + 1);
    }
}

// RFC 3986 section 5.2.4, for a path that starts with '/'.
std::string remove_dot_segments(std::string_view path) {
    std::string out;
    out.reserve(path.size());
    while (!path.empty()) {
        const auto end = path.find('/', 1);
        const auto segment = path.substr(0, end);
        const bool last = end == path.npos;
        path = last ? std::string_view() : path.substr(end);
        if (segment == "/..") out.resize(out.empty() ? 0 : out.rfind('/'));
        if (segment == "/." || segment == "/..") {
            if (last) out += '/';
        } else {
            out += segment;
        }
    }
    return out;
}

}  // namespace

std::string Origin::host_header() const {
    std::string out = host.find(':') == host.npos ? host : "[" + host + "]";
    if (port != default_port(scheme)) out += ":" + std::to_string(port);
    return out;
}

std::string Origin::to_string() const { return scheme + "://" + host_header(); }

Url::Url(Origin origin, std::string target) : origin_(std::move(origin)), target_(std::move(target)) {}

Url Url::parse(std::string_view text) {
    if (has_control_characters(text)) throw_validation("url", "URL contains control characters");
    const auto fail = [&] {
        throw_validation("url", "not an absolute http or https URL: '" + harmless(text) + "'");
    };
    Origin origin;
    const auto scheme = scheme_of(text);
    origin.scheme = to_lower(scheme);
    if (origin.scheme != "http" && origin.scheme != "https") fail();
    auto rest = without_fragment(text.substr(scheme.size() + 1));
    if (!rest.starts_with("//")) fail();
    rest.remove_prefix(2);
    auto authority = rest.substr(0, rest.find_first_of("/?"));
    rest.remove_prefix(authority.size());
    if (authority.find('\\') != authority.npos) fail();  // some parsers take it for '/', and see another host
    authority.remove_prefix(authority.rfind('@') + 1);   // npos + 1 is 0
    if (!parse_host_port(authority, origin)) fail();
    std::string target = escape_illegal(rest);
    if (!target.starts_with('/')) target.insert(0, 1, '/');
    return {std::move(origin), std::move(target)};
}

Url Url::resolve(std::string_view reference) const {
    if (has_control_characters(reference)) throw_validation("url", "URL reference contains control characters");
    reference = without_fragment(reference);
    if (!scheme_of(reference).empty() || reference.starts_with("//")) {
        const bool absolute = !reference.starts_with("//");
        Url out = parse(absolute ? std::string(reference) : origin_.scheme + ":" + std::string(reference));
        const std::string path = remove_dot_segments(out.path());
        out.target_.replace(0, out.path().size(), path);
        return out;
    }
    if (reference.empty()) return *this;
    const std::string escaped = escape_illegal(reference);
    if (escaped.front() == '?') return {origin_, std::string(path()) + escaped};
    const auto mark = std::min(escaped.find('?'), escaped.size());
    std::string merged = escaped.substr(0, mark);
    if (merged.front() != '/') merged.insert(0, path().substr(0, path().rfind('/') + 1));
    return {origin_, remove_dot_segments(merged) + escaped.substr(mark)};
}

std::string_view Url::path() const noexcept { return std::string_view(target_).substr(0, target_.find('?')); }

std::string_view Url::query() const noexcept {
    const auto mark = target_.find('?');
    return mark == target_.npos ? std::string_view() : std::string_view(target_).substr(mark + 1);
}

std::string Url::redacted() const {
    std::string out = origin_.to_string() + std::string(path());
    char separator = '?';
    each_parameter(query(), [&](std::string_view name, std::string_view pair) {
        out += separator;
        if (is_harmless_parameter(name))
            out += pair;
        else
            out.append(name).append("=…");
        separator = '&';
    });
    return out;
}

std::vector<std::string_view> Url::secrets() const {
    std::vector<std::string_view> out;
    each_parameter(query(), [&](std::string_view name, std::string_view pair) {
        if (!is_harmless_parameter(name) && pair.size() > name.size()) out.push_back(pair.substr(name.size() + 1));
    });
    return out;
}

std::string_view user_info(std::string_view url) {
    const auto slashes = url.find("//");
    if (slashes == url.npos) return {};
    url.remove_prefix(slashes + 2);
    url = url.substr(0, url.find_first_of("/?#"));
    const auto at = url.rfind('@');
    return at == url.npos ? std::string_view() : url.substr(0, at);
}

std::string basic_credentials(std::string_view user_info) {
    const std::string plain =
        unquote(user_info.find(':') == user_info.npos ? std::string(user_info) + ":" : std::string(user_info));
    return "Basic " + base64_encode(plain);
}

std::string quote(std::string_view text, std::string_view safe) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        if (is_unreserved(static_cast<unsigned char>(c)) || safe.find(c) != safe.npos)
            out += c;
        else
            append_escaped(out, static_cast<unsigned char>(c));
    }
    return out;
}

std::string quote_plus(std::string_view text) {
    std::string out = quote(text, " ");
    std::ranges::replace(out, ' ', '+');
    return out;
}

std::string unquote(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 && hex_value(text[i + 2]) >= 0) {
            out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

}  // namespace hf
