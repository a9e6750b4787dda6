#include "core/text.hpp"
#include "local_hub/http/http_error.hpp"
#include "local_hub/http/json_body.hpp"
#include "local_hub/http/ranges.hpp"
#include "local_hub/routes/routes.hpp"
#include "local_hub/rules/access.hpp"
#include "local_hub/rules/hub.hpp"

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>

namespace hf::local_hub {
namespace {

class PutSink : public BodySink {
public:
    explicit PutSink(Call& call) : call_(call), oid_(call.params.names.at(1)), incoming_(call.hub.lfs) {
        refuse_token(call);
        call.hub.signer.check("PUT", call.request.target);
        const auto repo = call.hub.repos.by_oid(call.params.names.at(0));
        if (!repo) throw not_found("NoSuchBucket");
        repo_id_ = repo->id;
        const auto size = call.request.query.get("size");
        std::from_chars(size.data(), size.data() + size.size(), size_);
        if (call.request.content_length && *call.request.content_length != size_)
            wrong_size(*call.request.content_length);
    }

    void write(std::string_view chunk) override {
        if (incoming_.size() + chunk.size() > size_) wrong_size(incoming_.size() + chunk.size());
        incoming_.write(chunk.data(), chunk.size());
    }

    Response finish() override {
        if (incoming_.size() != size_) wrong_size(incoming_.size());
        const std::string hash = incoming_.finish_hash();
        if (hash != oid_) throw bad_request("BadDigest: the content's SHA-256 is " + hash + ", not " + oid_);
        incoming_.publish(oid_);
        call_.hub.link_lfs(repo_id_, oid_, size_);
        Response out;
        out.set("ETag", "\"" + hash.substr(0, 32) + "\"");
        return out;
    }

private:
    [[noreturn]] void wrong_size(std::uint64_t got) const {
        throw bad_request("EntityTooLarge or IncompleteBody: " + std::to_string(size_) + " bytes were announced, got " +
                          std::to_string(got));
    }

    Call& call_;
    std::string oid_;
    LfsStore::Incoming incoming_;
    std::int64_t repo_id_ = 0;
    std::uint64_t size_ = 0;
};

struct Upload {
    std::string id, oid;
    std::int64_t repo_id = 0;
    std::uint64_t size = 0, part_size = 0;
};

Upload find_upload(Hub& hub, const std::string& id) {
    Upload out;
    const bool found =
        hub.database.row("SELECT oid, repo_id, size, part_size FROM uploads WHERE id=?", {id}, [&](const Row& row) {
            out = {id, row.text(0), row.integer(1), static_cast<std::uint64_t>(row.integer(2)),
                   static_cast<std::uint64_t>(row.integer(3))};
        });
    if (!found) throw not_found("NoSuchUpload: the upload does not exist, or was completed or aborted");
    return out;
}

class PartSink : public BodySink {
public:
    explicit PartSink(Call& call) : call_(call) {
        refuse_token(call);
        call.hub.signer.check("PUT", call.request.target);
        upload_ = find_upload(call.hub, call.params.names.at(0));
        const auto& number = call.params.names.at(1);
        std::from_chars(number.data(), number.data() + number.size(), number_);
        const std::uint64_t offset = (number_ - 1) * upload_.part_size;
        expected_ = std::min(upload_.part_size, upload_.size - offset);
        part_.emplace(call.hub.lfs, upload_.id, offset);
    }

    void write(std::string_view chunk) override {
        if (part_->size() + chunk.size() > expected_) throw bad_request("EntityTooLarge: the part is too long");
        part_->write(chunk.data(), chunk.size());
    }

    Response finish() override {
        if (part_->size() != expected_)
            throw bad_request("IncompleteBody: the part has " + std::to_string(part_->size()) + " bytes instead of " +
                              std::to_string(expected_));
        const std::string etag = part_->etag();
        call_.hub.database.run(
            "INSERT INTO upload_parts(upload_id, number, etag) VALUES(?,?,?) ON CONFLICT DO UPDATE SET "
            "etag=excluded.etag",
            {upload_.id, static_cast<std::int64_t>(number_), etag});
        call_.hub.lfs.part_done(upload_.id, number_, upload_.part_size, upload_.size);
        Response out;
        out.set("ETag", etag);
        return out;
    }

private:
    Call& call_;
    Upload upload_;
    std::uint64_t number_ = 0, expected_ = 0;
    std::optional<LfsStore::Part> part_;
};

std::string unquoted(std::string_view etag) {
    if (etag.starts_with('"') && etag.ends_with('"') && etag.size() >= 2) etag = etag.substr(1, etag.size() - 2);
    return std::string(etag);
}

Response complete_multipart(Call& call) {
    call.hub.signer.check("POST", call.request.target);
    const Upload upload = find_upload(call.hub, std::string(call.request.query.get("uploadId")));
    const auto parsed = parse_json(call.request.body);
    const auto& body = as_object(parsed);
    if (to_lower(required_string(body, "oid")) != upload.oid) throw bad_request("\"oid\" is not that of the upload");
    const auto* parts = body.if_contains("parts");
    const std::uint64_t expected = (upload.size + upload.part_size - 1) / upload.part_size;
    if (!parts || !parts->is_array() || parts->get_array().size() != expected)
        throw bad_request("\"parts\" must list " + std::to_string(expected) + " parts");
    std::uint64_t number = 0;
    for (const auto& item : parts->get_array()) {
        const auto& part = as_object(item, "parts");
        if (size_member(part, "partNumber") != ++number) throw bad_request("InvalidPartOrder: parts must be in order");
        const auto stored = call.hub.database.text("SELECT etag FROM upload_parts WHERE upload_id=? AND number=?",
                                                   {upload.id, static_cast<std::int64_t>(number)});
        if (stored.empty() || unquoted(stored) != unquoted(required_string(part, "etag")))
            throw bad_request("InvalidPart: part " + std::to_string(number) + " is missing or has another etag");
    }
    const std::string hash = call.hub.lfs.complete_upload(upload.id, upload.oid, upload.size);
    if (hash != upload.oid) throw bad_request("BadDigest: the content's SHA-256 is " + hash + ", not " + upload.oid);
    call.hub.database.transaction([&] {
        call.hub.repos.link_lfs(upload.repo_id, upload.oid, upload.size);
        call.hub.database.run("DELETE FROM uploads WHERE id=?", {upload.id});
    });
    call.hub.identifier.wake();
    return json_response(json::object{{"success", true}});
}

Response get_object(Call& call) {
    if (call.hub.config.strict_storage) refuse_token(call);
    // An object store signs for one verb; the Hub's URLs allow HEAD with those for GET.
    call.hub.signer.check("GET", call.request.target);
    const auto& oid = call.params.names.at(1);
    const auto file = call.hub.lfs.open(oid);
    if (!file) throw not_found("NoSuchKey: the object does not exist");
    Response out;
    out.set("Content-Type", "binary/octet-stream");
    // As on the CDN, this is not the SHA-256 that X-Linked-ETag gives.
    out.set("ETag", "\"" + oid.substr(0, 32) + "\"");
    out.set("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT");
    if (const auto name = call.request.query.find("filename"))
        out.set("Content-Disposition", content_disposition("attachment", *name));
    serve_ranges(call.request, out, file);
    return out;
}

}  // namespace

void add_lfs_routes(Router& router) {
    router.add({.name = "lfs_complete",
                .method = "POST",
                .pattern = "/api/complete_multipart",
                .handler = complete_multipart,
                .bucket = Bucket::none,
                .checks_token = false});
    router.add({.name = "lfs_download",
                .method = "GET",
                .pattern = "/lfs/{name}/{name}",
                .handler = get_object,
                .bucket = Bucket::none,
                .json_errors = false,
                .lfs_origin = true,
                .checks_token = false});
    router.add({.name = "lfs_upload",
                .method = "PUT",
                .pattern = "/lfs/{name}/{name}",
                .sink = [](Call& call) -> std::unique_ptr<BodySink> { return std::make_unique<PutSink>(call); },
                .bucket = Bucket::none,
                .json_errors = false,
                .lfs_origin = true,
                .checks_token = false});
    router.add({.name = "lfs_upload_part",
                .method = "PUT",
                .pattern = "/lfs-part/{name}/{name}",
                .sink = [](Call& call) -> std::unique_ptr<BodySink> { return std::make_unique<PartSink>(call); },
                .bucket = Bucket::none,
                .json_errors = false,
                .lfs_origin = true,
                .checks_token = false});
}

}  // namespace hf::local_hub
