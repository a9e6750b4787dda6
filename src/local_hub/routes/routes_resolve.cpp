#include "local_hub/http/http_error.hpp"
#include "local_hub/http/ranges.hpp"
#include "local_hub/routes/routes.hpp"
#include "local_hub/rules/access.hpp"
#include "local_hub/rules/hub.hpp"

#include <hf/core/url.hpp>

#include <optional>

namespace hf::local_hub {
namespace {

struct Found {
    Repo repo;
    std::string commit;
    TreeEntry entry;
};

Found find_entry(Call& call) {
    Found out{readable_repo(call), {}, {}};
    require_content_access(call, out.repo);
    const auto& revision = call.params.revision;
    if (revision == "main" || revision == out.repo.sha)
        out.commit = out.repo.sha;
    else
        out.commit = call.hub.git.open(out.repo.oid).resolve(revision).commit;
    const auto files = call.hub.git.listing(out.repo.oid, out.commit);
    const auto* entry = files->find(call.params.path);
    if (!entry || entry->is_folder) throw entry_not_found({}, out.commit).with("Accept-Ranges", "bytes");
    out.entry = *entry;
    return out;
}

std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

const char* content_type(std::string_view path) {
    const auto dot = path.rfind('.');
    const auto ending = dot == path.npos ? std::string_view() : path.substr(dot + 1);
    if (ending == "html" || ending == "htm") return "text/html; charset=utf-8";
    if (ending == "png") return "image/png";
    if (ending == "jpg" || ending == "jpeg") return "image/jpeg";
    if (ending == "json" || ending == "txt" || ending == "md" || ending == "py" || ending == "csv" || ending == "hpp" ||
        ending == "yaml" || ending == "yml")
        return "text/plain; charset=utf-8";
    return "application/octet-stream";
}

// Plain git blobs: the content itself, with its blob id as ETag.
Response serve_blob(Call& call, const Found& found) {
    Response out;
    out.set("Content-Type", content_type(found.entry.path));
    out.set("X-Repo-Commit", found.commit);
    out.set("ETag", "\"" + found.entry.oid + "\"");
    out.set("Content-Disposition", content_disposition("inline", base_name(found.entry.path)));
    out.set("Content-Security-Policy", "default-src 'none'; sandbox");
    if (call.request.method == "HEAD") {
        serve_head(call.request, out, found.entry.size);
        return out;
    }
    auto content = std::make_shared<const std::string>(call.hub.git.open(found.repo.oid).blob(found.entry.oid));
    serve_ranges(call.request, out, std::move(content));
    return out;
}

constexpr std::string_view file_info_type = "application/vnd.xet-fileinfo+json";

// Where the same content is had chunk by chunk.
struct XetLinks {
    std::string id, token, reconstruction;
};

std::optional<XetLinks> xet_links(const Call& call, const Found& found) {
    const auto ids = call.hub.xet_ids({found.entry.lfs->sha256});
    if (ids.empty()) return std::nullopt;
    const std::string& id = ids.begin()->second;
    return XetLinks{id,
                    call.hub.url("api/" + std::string(plural(found.repo.type)) + "/" + found.repo.full_id +
                                 "/xet-read-token/" + found.commit),
                    call.hub.cas_url() + "/v1/reconstructions/" + id};
}

// Clients that mean to ask the CAS need no redirect.
Response xet_file_info(const Found& found, const XetLinks& links) {
    Response out = json_response(json::object{{"hash", links.id},
                                              {"refreshUrl", links.token},
                                              {"reconstructionUrl", links.reconstruction},
                                              {"etag", "\"" + found.entry.lfs->sha256 + "\""},
                                              {"size", found.entry.lfs->size}});
    out.fields.clear();
    out.set("Content-Type", std::string(file_info_type));
    return out;
}

Response lfs_redirect(const Call& call, const Found& found) {
    const auto target =
        call.hub.signer.sign("GET", "/lfs/" + found.repo.oid + "/" + found.entry.lfs->sha256,
                             "filename=" + quote(base_name(found.entry.path), ""), call.hub.config.url_ttl);
    const std::string location = call.hub.lfs_endpoint + target;
    Response out = text_response("Found. Redirecting to " + location, 302);
    out.set("Location", location);
    return out;
}

Response serve_lfs(Call& call, const Found& found) {
    const auto& pointer = *found.entry.lfs;
    const auto links = xet_links(call, found);
    const bool wants_info = call.request.field("Accept").find(file_info_type) != std::string_view::npos;
    Response out = links && wants_info ? xet_file_info(found, *links) : lfs_redirect(call, found);
    out.set("X-Repo-Commit", found.commit);
    out.set("X-Linked-Size", std::to_string(pointer.size));
    out.set("X-Linked-ETag", "\"" + pointer.sha256 + "\"");
    out.set("Accept-Ranges", "bytes");
    out.set("Cache-Control", "no-store");
    if (links) {
        out.set("X-Xet-Hash", links->id);
        out.set("Link", "<" + links->token + ">; rel=\"xet-auth\", <" + links->reconstruction +
                            ">; rel=\"xet-reconstruction-info\"");
    }
    return out;
}

// Today's Hub lets its CDN cache small public files under a URL that names commit and ETag.
Response redirect_to_cache(const Call& call, const Found& found) {
    const auto& request = call.request;
    std::string location = "/api/resolve-cache/" + std::string(plural(found.repo.type)) + "/" + found.repo.full_id +
                           "/" + found.commit + "/" + quote(found.entry.path) + "?" + quote(request.path, "") +
                           "=&etag=" + quote("\"" + found.entry.oid + "\"", "");
    Response out = text_response("Temporary Redirect. Redirecting to " + location, 307);
    out.set("Location", location);
    out.set("X-Repo-Commit", found.commit);
    out.set("X-Linked-Size", std::to_string(found.entry.size));
    out.set("X-Linked-ETag", "\"" + found.entry.oid + "\"");
    out.set("Accept-Ranges", "bytes");
    return out;
}

Response resolve(Call& call) {
    const Found found = find_entry(call);
    if (found.entry.lfs) return serve_lfs(call, found);
    if (call.hub.config.redirect_small_files && !found.repo.is_private && found.repo.gated.empty())
        return redirect_to_cache(call, found);
    return serve_blob(call, found);
}

Response resolve_cache(Call& call) {
    const Found found = find_entry(call);
    return found.entry.lfs ? serve_lfs(call, found) : serve_blob(call, found);
}

// As stored in git: an LFS file is its pointer.
Response raw(Call& call) {
    return serve_blob(call, [&] {
        Found found = find_entry(call);
        if (found.entry.lfs) found.entry.size = found.entry.lfs->pointer_size;
        return found;
    }());
}

}  // namespace

void add_resolve_routes(Router& router) {
    router.add({.name = "resolve",
                .method = "GET",
                .pattern = "/{prefix}/{repo}/resolve/{rev}/{path}",
                .handler = resolve,
                .bucket = Bucket::resolvers,
                .json_errors = false});
    router.add({.name = "resolve_cache",
                .method = "GET",
                .pattern = "/api/resolve-cache/{type}/{repo}/{rev}/{path}",
                .handler = resolve_cache,
                .bucket = Bucket::resolvers,
                .json_errors = false});
    router.add({.name = "raw",
                .method = "GET",
                .pattern = "/{prefix}/{repo}/raw/{rev}/{path}",
                .handler = raw,
                .bucket = Bucket::resolvers,
                .json_errors = false});
}

}  // namespace hf::local_hub
