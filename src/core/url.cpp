#include <hf/core/error.hpp>
#include <hf/core/url.hpp>

#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>
#include <boost/url/url_view.hpp>

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

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::uint16_t default_port(std::string_view scheme) { return scheme == "https" ? 443 : 80; }

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](unsigned char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
    return out;
}

// Servers write characters into Location and Link that RFC 3986 wants escaped (spaces, brackets,
// UTF-8); clients are expected to send them escaped instead of refusing the whole answer.
std::string escape_illegal(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    const auto host_end = [&] {
        const auto authority = text.find("//");
        return authority == text.npos ? 0 : std::min(text.find_first_of("/?#", authority + 2), text.size());
    }();
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        constexpr std::string_view legal = "!$&'()*+,;=:@/?#%";
        if (i < host_end || is_unreserved(c) || legal.find(text[i]) != legal.npos)
            out += text[i];
        else
            append_escaped(out, c);
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
    if (std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; }))
        throw_validation("url", "URL contains control characters");
    const auto parsed = boost::urls::parse_uri(escape_illegal(text));
    const auto fail = [&] { throw_validation("url", "not an absolute http or https URL: '" + std::string(text) + "'"); };
    if (!parsed) fail();
    const boost::urls::url_view view = *parsed;
    Origin origin;
    origin.scheme = lower({view.scheme().data(), view.scheme().size()});
    if (origin.scheme != "http" && origin.scheme != "https") fail();
    const std::string host = view.host_address();
    origin.host = lower(host);
    if (origin.host.empty()) fail();
    origin.port = view.port_number() ? view.port_number() : default_port(origin.scheme);
    std::string target(view.encoded_path().data(), view.encoded_path().size());
    if (target.empty()) target = "/";
    if (view.has_query()) target.append("?").append(view.encoded_query().data(), view.encoded_query().size());
    return {std::move(origin), std::move(target)};
}

Url Url::resolve(std::string_view reference) const {
    if (std::ranges::any_of(reference, [](unsigned char c) { return c < 0x20 || c == 0x7f; }))
        throw_validation("url", "URL reference contains control characters");
    const std::string escaped = escape_illegal(reference);
    const auto base = boost::urls::parse_uri(to_string());
    const auto ref = boost::urls::parse_uri_reference(escaped);
    if (!base || !ref) throw_validation("url", "not a URL reference: '" + std::string(reference) + "'");
    boost::urls::url out;
    if (boost::urls::resolve(*base, *ref, out).has_error())
        throw_validation("url", "cannot resolve '" + std::string(reference) + "'");
    return parse({out.buffer().data(), out.buffer().size()});
}

std::string_view Url::path() const noexcept {
    return std::string_view(target_).substr(0, target_.find('?'));
}

std::string_view Url::query() const noexcept {
    const auto mark = target_.find('?');
    return mark == target_.npos ? std::string_view() : std::string_view(target_).substr(mark + 1);
}

std::string Url::redacted() const {
    // Names of query parameters that the Hub and common object stores put into every URL without
    // making it a secret; everything else may sign or authorise.
    constexpr std::array<std::string_view, 14> harmless = {"author", "blobs", "cursor", "direction", "expand",
                                                            "filter", "full", "limit", "page_index", "recursive",
                                                            "search", "sort", "p", "securityStatus"};
    std::string out = origin_.to_string() + std::string(path());
    std::string_view rest = query();
    char separator = '?';
    while (!rest.empty()) {
        const auto end = rest.find('&');
        const auto pair = rest.substr(0, end);
        const auto name = pair.substr(0, pair.find('='));
        out += separator;
        if (std::ranges::find(harmless, name) != harmless.end())
            out += pair;
        else
            out.append(name).append("=…");
        separator = '&';
        rest = end == rest.npos ? std::string_view() : rest.substr(end + 1);
    }
    return out;
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
