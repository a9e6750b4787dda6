#include "local_hub/xet/tokens.hpp"

#include "local_hub/data/hmac.hpp"
#include "local_hub/http/base64url.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace hf::local_hub {

namespace json = boost::json;

std::string XetTokens::signature(std::string_view payload) const {
    return base64url_encode(hmac_sha256(key_, payload));
}

XetTokens::Issued XetTokens::issue(const XetScope& scope) const {
    const std::int64_t expires = clock_() + lifetime_.count();
    const std::string payload = base64url_encode(json::serialize(json::object{
        {"repo", scope.repo}, {"rev", scope.revision}, {"scope", scope.write ? "write" : "read"}, {"exp", expires}}));
    return {"xet_" + payload + "." + signature(payload), expires};
}

std::optional<XetScope> XetTokens::check(std::string_view token) const {
    constexpr std::string_view prefix = "xet_";
    const auto dot = token.find('.');
    if (!token.starts_with(prefix) || dot == token.npos) return std::nullopt;
    const auto payload = token.substr(prefix.size(), dot - prefix.size());
    if (!equal_in_constant_time(token.substr(dot + 1), signature(payload))) return std::nullopt;
    // Only what was made here comes this far.
    const json::value parsed = json::parse(base64url_decode(payload).value());
    const auto& members = parsed.as_object();
    if (members.at("exp").to_number<std::int64_t>() <= clock_()) return std::nullopt;
    const auto text = [&](const char* name) { return std::string(members.at(name).as_string()); };
    return XetScope{text("repo"), text("rev"), text("scope") == "write"};
}

}  // namespace hf::local_hub
