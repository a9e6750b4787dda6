#include "net/http1/request_head.hpp"

#include "core/text.hpp"

#include <hf/core/error.hpp>

#include <algorithm>
#include <array>

namespace hf::net {
namespace {

bool is_token(std::string_view name) {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return !name.empty() && std::ranges::all_of(name, [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               marks.find(c) != marks.npos;
    });
}

bool is_field_value(std::string_view value) {
    return std::ranges::none_of(value, [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; });
}

/// Fields that the transport writes itself.
bool is_own(std::string_view name) {
    constexpr std::array<std::string_view, 6> own = {"host",       "content-length",   "transfer-encoding",
                                                     "connection", "proxy-connection", "proxy-authorization"};
    return std::ranges::any_of(own, [&](std::string_view other) { return iequals(name, other); });
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append(": ").append(value).append("\r\n");
}

bool is_target(std::string_view target) {
    return target.starts_with('/') &&
           std::ranges::none_of(target, [](unsigned char c) { return c <= 0x20 || c == 0x7f; });
}

}  // namespace

std::string request_head(const Request& request, bool absolute_form, std::string_view proxy_authorization) {
    const Origin& origin = request.url.origin();
    if (!is_target(request.url.target())) throw_validation("url", "the URL's path holds spaces or control characters");
    std::string out;
    out.reserve(512);
    out.append(to_string(request.method)).append(" ");
    if (absolute_form) out.append(origin.to_string());
    out.append(request.url.target()).append(" HTTP/1.1\r\n");
    append_field(out, "Host", origin.host_header());
    if (!proxy_authorization.empty()) append_field(out, "Proxy-Authorization", proxy_authorization);
    bool encoding_given = false;
    for (const auto& [name, value] : request.fields) {
        if (!is_token(name)) throw_validation("fields", "'" + name + "' is not a field name");
        if (!is_field_value(value)) throw_validation("fields", "the value of " + name + " holds control characters");
        if (is_own(name)) continue;
        if (iequals(name, "accept-encoding")) encoding_given = true;
        append_field(out, name, value);
    }
    if (!encoding_given) append_field(out, "Accept-Encoding", request.decompress ? "gzip, deflate" : "identity");
    const auto size = request.body.size();
    if (!size) {
        append_field(out, "Transfer-Encoding", "chunked");
    } else if (!request.body.empty() || !(request.method == Method::get || request.method == Method::head ||
                                          request.method == Method::delete_)) {
        append_field(out, "Content-Length", std::to_string(*size));
    }
    out.append("\r\n");
    return out;
}

std::string connect_head(const Origin& origin, std::string_view proxy_authorization) {
    const bool v6 = origin.host.find(':') != origin.host.npos;
    const std::string authority = (v6 ? "[" + origin.host + "]" : origin.host) + ":" + std::to_string(origin.port);
    std::string out = "CONNECT " + authority + " HTTP/1.1\r\n";
    append_field(out, "Host", authority);
    if (!proxy_authorization.empty()) append_field(out, "Proxy-Authorization", proxy_authorization);
    out.append("\r\n");
    return out;
}

}  // namespace hf::net
