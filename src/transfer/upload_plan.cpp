#include "transfer/upload_plan.hpp"

#include <hf/core/datetime.hpp>
#include <hf/core/error.hpp>

#include <algorithm>
#include <charconv>

namespace hf {
namespace {

using std::chrono::system_clock;

[[noreturn]] void malformed(std::string why) {
    ErrorInfo info;
    info.message = "Malformed response from the LFS batch endpoint: " + why;
    throw InvalidResponseError(std::move(info));
}

const json::object* member_object(const json::object& parent, std::string_view name) {
    const json::value* member = parent.if_contains(name);
    if (!member || member->is_null()) return nullptr;
    if (!member->is_object()) malformed("'" + std::string(name) + "' is no object");
    return &member->get_object();
}

Url link(const json::object& action, std::string_view what) {
    const json::value* href = action.if_contains("href");
    if (!href || !href->is_string()) malformed("the " + std::string(what) + " action has no href");
    try {
        return Url::parse(std::string_view(href->get_string()));
    } catch (const HFValidationError& error) {
        malformed(error.message());
    }
}

std::optional<std::uint64_t> number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<std::uint64_t> chunk_size(const json::object* header) {
    const json::value* value = header ? header->if_contains("chunk_size") : nullptr;
    if (!value || value->is_null()) return std::nullopt;
    std::optional<std::uint64_t> size;
    if (const auto* text = value->if_string())
        size = number(std::string_view(*text));
    else if (const auto* integer = value->if_int64(); integer && *integer > 0)
        size = static_cast<std::uint64_t>(*integer);
    if (!size || *size == 0) malformed("chunk_size is not a positive number");
    return size;
}

// Keys of the header that are numbers are parts: "1" or "00001".
std::vector<UploadPart> multipart(const json::object& header, std::uint64_t chunk, std::uint64_t size) {
    std::vector<std::pair<std::uint64_t, std::string_view>> links;
    for (const auto& [key, value] : header) {
        const auto part = number(std::string_view(key.data(), key.size()));
        if (part && value.is_string()) links.emplace_back(*part, std::string_view(value.get_string()));
    }
    std::ranges::sort(links);
    const std::uint64_t expected = size / chunk + (size % chunk != 0);
    if (links.size() != expected)
        malformed(std::to_string(links.size()) + " parts of " + std::to_string(chunk) + " bytes do not make " +
                  std::to_string(size) + " bytes");
    std::vector<UploadPart> parts;
    parts.reserve(links.size());
    for (std::uint64_t i = 0; i < expected; ++i) {
        UploadPart part;
        part.offset = i * chunk;
        part.size = std::min(chunk, size - part.offset);
        try {
            part.url = Url::parse(links[i].second);
        } catch (const HFValidationError& error) {
            malformed(error.message());
        }
        parts.push_back(std::move(part));
    }
    return parts;
}

std::string query_value(const Url& url, std::string_view name) {
    std::string_view query = url.query();
    while (!query.empty()) {
        const auto end = query.find('&');
        const std::string_view pair = query.substr(0, end);
        if (pair.starts_with(name) && pair.substr(name.size()).starts_with('='))
            return std::string(pair.substr(name.size() + 1));
        if (end == query.npos) break;
        query.remove_prefix(end + 1);
    }
    return {};
}

std::optional<system_clock::time_point> expiry(const json::object& action, system_clock::time_point now) {
    std::optional<system_clock::time_point> expires;
    if (const auto* seconds = action.if_contains("expires_in"); seconds && seconds->is_int64())
        expires = now + std::chrono::seconds(seconds->get_int64());
    else if (const auto* at = action.if_contains("expires_at"); at && at->is_string())
        expires = try_parse_datetime(std::string_view(at->get_string()));
    // A clock that is wrong must not make us believe that every signature is stale.
    if (expires && *expires <= now) return std::nullopt;
    return expires;
}

bool contains_ignoring_case(std::string_view text, std::string_view lower_case) {
    const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b; };
    return std::search(text.begin(), text.end(), lower_case.begin(), lower_case.end(), same) != text.end();
}

}  // namespace

UploadPlan make_upload_plan(const json::value& object, std::uint64_t size, system_clock::time_point now) {
    if (!object.is_object()) malformed("an object is no JSON object");
    const json::object& members = object.get_object();
    const json::value* oid = members.if_contains("oid");
    if (!oid || !oid->is_string()) malformed("an object has no oid");
    UploadPlan plan;
    plan.oid = std::string(oid->get_string());
    const json::object* actions = member_object(members, "actions");
    const json::object* upload = actions ? member_object(*actions, "upload") : nullptr;
    if (!upload) {
        plan.present = true;
        return plan;
    }
    if (const json::object* verify = member_object(*actions, "verify")) plan.verify = link(*verify, "verify");
    Url href = link(*upload, "upload");
    plan.expires = expiry(*upload, now);
    const json::object* header = member_object(*upload, "header");
    if (const auto chunk = chunk_size(header)) {
        plan.parts = multipart(*header, *chunk, size);
        plan.upload_id = query_value(href, "uploadId");
        if (plan.upload_id.empty()) plan.upload_id = href.path();
        plan.completion = std::move(href);
    } else {
        UploadPart part;
        part.size = size;
        part.url = std::move(href);
        plan.parts.push_back(std::move(part));
    }
    return plan;
}

std::vector<json::value> batch_objects(const json::value& answer) {
    const json::object* members = answer.if_object();
    const json::value* objects = members ? members->if_contains("objects") : nullptr;
    if (!objects || !objects->is_array()) malformed("it has no list of objects");
    std::string refusals;
    for (const auto& object : objects->get_array()) {
        const json::object* item = object.if_object();
        const json::object* error = item ? member_object(*item, "error") : nullptr;
        if (!error) continue;
        const auto* oid = item->if_contains("oid");
        const auto* message = error->if_contains("message");
        if (!oid || !oid->is_string() || !message || !message->is_string()) malformed("an error has no oid or message");
        refusals += "\nEncountered error for file with OID " + std::string(oid->get_string()) + ": `" +
                    std::string(message->get_string()) + "`";
    }
    if (!refusals.empty()) throw_validation("operations", "LFS batch endpoint returned errors:" + refusals);
    return {objects->get_array().begin(), objects->get_array().end()};
}

bool is_expired_signature(unsigned status, std::string_view body, std::optional<system_clock::time_point> expires,
                          system_clock::time_point now) {
    if (status != 400 && status != 401 && status != 403) return false;
    // S3: "<Code>AccessDenied</Code><Message>Request has expired</Message>", "ExpiredToken".
    return contains_ignoring_case(body, "expired") || (expires && *expires <= now);
}

json::object completion_payload(std::string_view oid, const std::vector<std::string>& etags) {
    json::array parts;
    for (std::size_t i = 0; i < etags.size(); ++i) {
        json::object part;
        part["partNumber"] = i + 1;
        part["etag"] = etags[i];
        parts.push_back(std::move(part));
    }
    json::object out;
    out["oid"] = oid;
    out["parts"] = std::move(parts);
    return out;
}

}  // namespace hf
