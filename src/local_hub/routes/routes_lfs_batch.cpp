#include "core/text.hpp"
#include "local_hub/data/clock.hpp"
#include "local_hub/data/random.hpp"
#include "local_hub/http/http_error.hpp"
#include "local_hub/http/json_body.hpp"
#include "local_hub/routes/routes.hpp"
#include "local_hub/rules/access.hpp"
#include "local_hub/rules/hub.hpp"

#include <hf/core/url.hpp>

#include <algorithm>
#include <optional>

namespace hf::local_hub {
namespace {

constexpr const char* lfs_type = "application/vnd.git-lfs+json; charset=utf-8";
constexpr std::size_t max_batch = 1000;             // the Hub's clients send 256 at most, git-lfs 100
constexpr std::uint64_t max_parts = 10'000;         // of object stores
constexpr std::uint64_t max_answer_parts = 20'000;  // of one batch, some 6 MB; parts grow where more are wanted

std::string object_path(const Repo& repo, const std::string& oid) { return "/lfs/" + repo.oid + "/" + oid; }

json::object action(const Call& call, std::string href) {
    const auto ttl = call.hub.config.url_ttl;
    return {{"href", std::move(href)},
            {"expires_in", ttl.count()},
            {"expires_at", iso_time(now_ms() + std::chrono::milliseconds(ttl).count())}};
}

json::object basic_upload(const Call& call, const Repo& repo, const std::string& oid, std::uint64_t size) {
    const auto target =
        call.hub.signer.sign("PUT", object_path(repo, oid), "size=" + std::to_string(size), call.hub.config.url_ttl);
    return action(call, call.hub.lfs_endpoint + target);
}

json::object multipart_upload(const Call& call, const Repo& repo, const std::string& oid, std::uint64_t size,
                              std::uint64_t most_parts) {
    const auto& config = call.hub.config;
    const std::uint64_t part_size =
        std::max<std::uint64_t>(config.multipart_part_size, (size + most_parts - 1) / most_parts);
    const std::string upload = random_hex(16);
    call.hub.lfs.begin_upload(upload, size);
    call.hub.database.run(
        "INSERT INTO uploads(id, repo_id, oid, size, part_size, created_at) VALUES(?,?,?,?,?,?)",
        {upload, repo.id, oid, static_cast<std::int64_t>(size), static_cast<std::int64_t>(part_size), now_ms()});
    json::object header{{"chunk_size", std::to_string(part_size)}};
    const std::uint64_t parts = (size + part_size - 1) / part_size;
    for (std::uint64_t number = 1; number <= parts; ++number) {
        std::string key = std::to_string(number);
        key.insert(0, key.size() < 5 ? 5 - key.size() : 0, '0');
        header[key] =
            call.hub.lfs_endpoint +
            call.hub.signer.sign("PUT", "/lfs-part/" + upload + "/" + std::to_string(number), {}, config.url_ttl);
    }
    json::object out = action(call, call.hub.endpoint + call.hub.signer.sign("POST", "/api/complete_multipart",
                                                                             "uploadId=" + upload, config.url_ttl));
    out["header"] = std::move(header);
    return out;
}

// Where a client offers to upload by Xet it is told the token, and as URL where the next one is had.
json::object xet_upload(const Call& call, const Repo& repo, std::string_view revision) {
    const auto token = call.hub.xet_tokens.issue({repo.oid, std::string(revision), true});
    const std::string path = "api/" + std::string(plural(repo.type)) + "/" + repo.full_id + "/xet-write-token/";
    json::object out = action(call, call.hub.url(path + quote(revision, "")));
    out["header"] = json::object{{"X-Xet-Cas-Url", call.hub.cas_url()},
                                 {"X-Xet-Access-Token", token.token},
                                 {"X-Xet-Token-Expiration", std::to_string(token.expires)}};
    return out;
}

json::object object_error(json::object object, unsigned code, std::string message) {
    object["error"] = json::object{{"code", code}, {"message", std::move(message)}};
    return object;
}

// `xet`: how to upload that way, null where the client does not. `most_parts`: 0 where it offers no multipart transfer.
json::object upload_object(const Call& call, const Repo& repo, json::object object, const json::object* xet,
                           std::uint64_t most_parts, bool& is_multipart) {
    const std::string oid = to_lower(required_string(object, "oid"));
    const auto size = size_member(object, "size").value_or(0);
    if (size > call.hub.config.max_lfs_object) return object_error(std::move(object), 422, "File is too large");
    object["authenticated"] = true;
    const auto stored = call.hub.repos.linked_lfs(repo.id, oid);
    if (stored && call.hub.lfs.size(oid) == size) return object;  // no actions: nothing to do
    if (xet) {
        object["actions"] = json::object{{"upload", *xet}};
        return object;
    }
    json::object actions;
    is_multipart = most_parts > 0 && size > call.hub.config.multipart_threshold;
    actions["upload"] =
        is_multipart ? multipart_upload(call, repo, oid, size, most_parts) : basic_upload(call, repo, oid, size);
    actions["verify"] = action(call, call.hub.url(repo.path() + ".git/info/lfs/objects/verify"));
    // git-lfs sends nothing of its own accord to an action that says "authenticated".
    if (const auto authorization = call.request.find("Authorization"))
        actions["verify"].as_object()["header"] = json::object{{"Authorization", *authorization}};
    object["actions"] = std::move(actions);
    return object;
}

json::object download_object(const Call& call, const Repo& repo, json::object object) {
    const std::string oid = to_lower(required_string(object, "oid"));
    const auto stored = call.hub.repos.linked_lfs(repo.id, oid);
    if (!stored || !call.hub.lfs.size(oid))
        return object_error(std::move(object), 404, "Object does not exist on the server");
    object["size"] = *stored;
    object["authenticated"] = true;
    const auto target = call.hub.signer.sign("GET", object_path(repo, oid), {}, call.hub.config.url_ttl);
    object["actions"] = json::object{{"download", action(call, call.hub.lfs_endpoint + target)}};
    return object;
}

Repo batch_repo(const Call& call, bool upload) {
    try {
        // Contents may belong to a pull request; no branch changes by storing them.
        Repo repo = upload ? proposable_repo(call) : readable_repo(call);
        if (!upload) require_content_access(call, repo);
        return repo;
    } catch (HttpError& error) {
        // git-lfs offers its credentials where it is asked so.
        if (error.status == 401)
            error.fields.emplace_back("LFS-Authenticate", "Basic realm=\"Authentication required\"");
        throw;
    }
}

bool offers(const json::object& body, std::string_view name) {
    const auto* transfers = body.if_contains("transfers");
    if (!transfers || !transfers->is_array()) return false;
    return std::ranges::any_of(transfers->get_array(), [&](const json::value& transfer) {
        return transfer.is_string() && transfer.get_string() == name;
    });
}

std::string_view branch_of(const json::object& body) {
    const auto* ref = body.if_contains("ref");
    const auto name = ref && ref->is_object() ? string_member(ref->get_object(), "name") : std::nullopt;
    return name && !name->empty() ? *name : "main";
}

Response batch(Call& call) {
    const auto parsed = parse_json(call.request.body);
    const auto& body = as_object(parsed);
    const auto operation = required_string(body, "operation");
    const bool upload = operation == "upload";
    if (!upload && operation != "download") throw HttpError(422, "Unknown operation: " + std::string(operation));
    const Repo repo = batch_repo(call, upload);
    // "sha_256" is how @huggingface/hub spells it.
    const auto algorithm = string_member(body, "hash_algo").value_or("sha256");
    if (algorithm != "sha256" && algorithm != "sha_256") throw conflict("Only sha256 is supported");
    const bool multipart = offers(body, "multipart");
    std::optional<json::object> xet;
    if (upload && call.hub.config.xet && offers(body, "xet")) xet = xet_upload(call, repo, branch_of(body));
    const auto* objects = body.if_contains("objects");
    if (!objects || !objects->is_array()) throw HttpError(422, "\"objects\" must be an array");
    if (objects->get_array().size() > max_batch) throw HttpError(413, "Too many objects in one batch");

    const std::uint64_t fair = max_answer_parts / std::max<std::size_t>(objects->get_array().size(), 1);
    const std::uint64_t most_parts = multipart ? std::min(max_parts, fair) : 0;
    json::array out;
    bool any_multipart = false;
    for (const auto& item : objects->get_array()) {
        const auto& asked = as_object(item, "objects");
        const auto oid = required_string(asked, "oid");
        json::object object{{"oid", oid}, {"size", size_member(asked, "size").value_or(0)}};
        if (oid.size() != 64 || !is_hex(oid)) {
            out.push_back(object_error(std::move(object), 422, "Invalid object id"));
            continue;
        }
        bool is_multipart = false;
        out.push_back(
            upload ? upload_object(call, repo, std::move(object), xet ? &*xet : nullptr, most_parts, is_multipart)
                   : download_object(call, repo, std::move(object)));
        any_multipart = any_multipart || is_multipart;
    }
    const char* transfer = xet ? "xet" : any_multipart ? "multipart" : "basic";
    Response answer =
        json_response(json::object{{"transfer", transfer}, {"objects", std::move(out)}, {"hash_algo", "sha256"}});
    answer.fields.clear();
    answer.set("Content-Type", lfs_type);
    return answer;
}

Response verify(Call& call) {
    const Repo repo = proposable_repo(call);
    const auto parsed = parse_json(call.request.body);
    const auto& body = as_object(parsed);
    const std::string oid = to_lower(required_string(body, "oid"));
    const auto stored = call.hub.repos.linked_lfs(repo.id, oid);
    if (!stored) throw not_found("LFS object " + oid + " was not uploaded");
    const auto size = size_member(body, "size");
    if (!size || *size != *stored) throw bad_request("LFS object " + oid + " has another size");
    return json_response(json::object{{"success", true}});
}

}  // namespace

void add_lfs_batch_routes(Router& router) {
    router.add({.name = "lfs_batch",
                .method = "POST",
                .pattern = "/{prefix}/{repo.git}/info/lfs/objects/batch",
                .handler = batch});
    router.add({.name = "lfs_batch",
                .method = "POST",
                .pattern = "/{prefix}/{repo}/info/lfs/objects/batch",
                .handler = batch});
    router.add({.name = "lfs_verify",
                .method = "POST",
                .pattern = "/{prefix}/{repo.git}/info/lfs/objects/verify",
                .handler = verify});
}

}  // namespace hf::local_hub
