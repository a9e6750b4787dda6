#include "local_hub/git/gitattributes.hpp"
#include "local_hub/http/base64url.hpp"
#include "local_hub/http/http_error.hpp"
#include "local_hub/http/json_body.hpp"
#include "local_hub/routes/commit_sink.hpp"
#include "local_hub/routes/routes.hpp"
#include "local_hub/rules/access.hpp"
#include "local_hub/rules/hub.hpp"

namespace hf::local_hub {
namespace {

std::string text_of(GitRepo& git, const Listing& files, std::string_view path) {
    const auto* entry = files.find(path);
    return entry && !entry->is_folder && !entry->lfs ? git.blob(entry->oid) : std::string();
}

Response preupload(Call& call) {
    const bool create_pr = call.request.query.flag("create_pr");
    const Repo repo = create_pr ? proposable_repo(call) : committable_repo(call, call.params.revision);
    GitRepo git = call.hub.git.open(repo.oid);
    const auto head = git.resolve(call.params.revision).commit;
    const auto files = git.listing(head);
    const auto parsed = parse_json(call.request.body);
    const auto& body = as_object(parsed);
    const auto* asked = body.if_contains("files");
    if (!asked || !asked->is_array()) throw bad_request("\"files\" must be an array");
    const auto attributes = string_member(body, "gitAttributes");
    const auto ignore = string_member(body, "gitIgnore");
    const LfsRules lfs(attributes ? std::string(*attributes) : text_of(git, *files, ".gitattributes"));
    const IgnoreRules ignored(ignore ? std::string(*ignore) : text_of(git, *files, ".gitignore"));

    json::array out;
    for (const auto& item : asked->get_array()) {
        const auto& file = as_object(item, "files");
        const auto path = required_string(file, "path");
        check_repo_path(path);
        const auto size = size_member(file, "size").value_or(0);
        std::string sample;
        if (const auto text = string_member(file, "sample")) {
            auto bytes = base64_decode_unpadded(*text);
            if (!bytes) throw bad_request("\"sample\" must be base64");
            sample = std::move(*bytes);
        }
        const bool is_lfs =
            size > 0 && (lfs.is_lfs(path) || size > call.hub.config.lfs_threshold || looks_binary(sample));
        json::object answer{
            {"path", path}, {"uploadMode", is_lfs ? "lfs" : "regular"}, {"shouldIgnore", ignored.is_ignored(path)}};
        if (const auto* known = files->find(path); known && !known->is_folder)
            answer["oid"] = known->lfs ? known->lfs->sha256 : known->oid;
        out.push_back(std::move(answer));
    }
    return json_response(json::object{{"commitOid", head}, {"files", std::move(out)}});
}

}  // namespace

void add_commit_routes(Router& router) {
    router.add(
        {.name = "preupload", .method = "POST", .pattern = "/api/{type}/{repo}/preupload/{rev}", .handler = preupload});
    router.add({.name = "commit",
                .method = "POST",
                .pattern = "/api/{type}/{repo}/commit/{rev}",
                .sink = [](Call& call) -> std::unique_ptr<BodySink> { return std::make_unique<CommitSink>(call); }});
}

}  // namespace hf::local_hub
