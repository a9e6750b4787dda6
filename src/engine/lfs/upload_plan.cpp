#include "engine/lfs/upload_plan.hpp"

#include <hf/core/error.hpp>

#include <algorithm>

namespace hf {
namespace {

using std::chrono::system_clock;

std::vector<UploadPart> multipart(LfsAction& upload, std::uint64_t size) {
    const std::uint64_t chunk = *upload.chunk_size;
    const std::uint64_t expected = size / chunk + (size % chunk != 0);
    if (upload.parts.size() != expected)
        throw_malformed_batch(std::to_string(upload.parts.size()) + " parts of " + std::to_string(chunk) +
                              " bytes do not make " + std::to_string(size) + " bytes");
    std::vector<UploadPart> parts;
    parts.reserve(expected);
    const auto same_number = [](const auto& a, const auto& b) { return a.first == b.first; };
    if (std::ranges::adjacent_find(upload.parts, same_number) != upload.parts.end())
        throw_malformed_batch("two parts have one number");
    for (std::uint64_t i = 0; i < expected; ++i) {
        UploadPart part;
        part.offset = i * chunk;
        part.size = std::min(chunk, size - part.offset);
        part.url = std::move(upload.parts[i].second);
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

bool contains_ignoring_case(std::string_view text, std::string_view lower_case) {
    const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b; };
    return std::search(text.begin(), text.end(), lower_case.begin(), lower_case.end(), same) != text.end();
}

}  // namespace

UploadPlan make_upload_plan(LfsEntry object, std::uint64_t size) {
    if (!object.malformed.empty()) {
        ErrorInfo info;
        info.message = std::move(object.malformed);
        throw InvalidResponseError(std::move(info));
    }
    UploadPlan plan;
    plan.oid = std::move(object.oid);
    if (!object.upload) {
        plan.present = true;
        return plan;
    }
    LfsAction& upload = *object.upload;
    plan.verify = std::move(object.verify);
    plan.expires = upload.expires;
    plan.fields = std::move(upload.fields);
    if (upload.chunk_size) {
        plan.parts = multipart(upload, size);
        plan.upload_id = query_value(upload.href, "uploadId");
        if (plan.upload_id.empty()) plan.upload_id = upload.href.path();
        plan.completion = std::move(upload.href);
    } else {
        UploadPart part;
        part.size = size;
        part.url = std::move(upload.href);
        plan.parts.push_back(std::move(part));
    }
    return plan;
}

void require_accepted(std::span<const LfsEntry> objects) {
    std::string refusals;
    for (const LfsEntry& object : objects) {
        if (!object.refusal) continue;
        refusals += "\nEncountered error for file with OID " + object.oid + ": `" + object.refusal->message + "`";
    }
    if (!refusals.empty()) throw_validation("operations", "LFS batch endpoint returned errors:" + refusals);
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
