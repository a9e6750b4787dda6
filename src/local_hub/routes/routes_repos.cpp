#include "local_hub/card/card.hpp"
#include "local_hub/card/yaml.hpp"
#include "local_hub/data/on_exit.hpp"
#include "local_hub/data/storage_error.hpp"
#include "local_hub/http/http_error.hpp"
#include "local_hub/http/json_body.hpp"
#include "local_hub/routes/repo_json.hpp"
#include "local_hub/routes/routes.hpp"
#include "local_hub/routes/space_json.hpp"
#include "local_hub/rules/access.hpp"
#include "local_hub/rules/hub.hpp"

#include <filesystem>

namespace hf::local_hub {
namespace {

// The body names a repository as {"name", "organization", "type"}; name may be "namespace/name".
struct NamedRepo {
    RepoType type;
    std::string full_id;
};

RepoType type_of(const json::object& body) {
    const auto text = string_member(body, "type").value_or("model");
    const auto type = parse_repo_type(text);
    if (!type) throw bad_request("Invalid repo type: " + std::string(text));
    return *type;
}

NamedRepo named_repo(const Call& call, const json::object& body) {
    const auto name = required_string(body, "name");
    auto organization = string_member(body, "organization").value_or(std::string_view());
    std::string full_id(name);
    if (name.find('/') == name.npos) {
        if (organization.empty()) organization = call.who->name();
        full_id = std::string(organization) + "/" + std::string(name);
    }
    return {type_of(body), std::move(full_id)};
}

// Clients read where the repository is that already has the name.
Repo created(const Call& call, RepoType type, std::string_view full_id, bool is_private, std::string_view sdk) {
    try {
        return call.hub.create_repo(type, full_id, *call.who, is_private, sdk);
    } catch (const StorageError& refused) {
        HttpError error = http_error_of(refused);
        if (refused.refusal == Refusal::exists)
            error.extra["url"] = call.hub.url(std::string(url_prefix(type)) + std::string(full_id));
        throw error;
    }
}

Response create_repo(Call& call) {
    require_user(call);
    const auto parsed = parse_json(call.request.body);
    const auto& body = as_object(parsed);
    auto named = named_repo(call, body);
    check_repo_name(name_of(named.full_id));
    const auto owner = call.hub.accounts.find(namespace_of(named.full_id));
    require_namespace_write(call, namespace_of(named.full_id), singular(named.type));
    if (owner) named.full_id = owner->name + "/" + std::string(name_of(named.full_id));
    const auto visibility = string_member(body, "visibility");
    const bool is_private = bool_member(body, "private").value_or(false) || visibility == "private";
    const auto sdk = string_member(body, "sdk").value_or(std::string_view());
    if (named.type == RepoType::space) {
        if (sdk != "gradio" && sdk != "streamlit" && sdk != "docker" && sdk != "static")
            throw bad_request("\"sdk\" must be one of gradio, streamlit, docker, static");
    }
    const Repo repo = created(call, named.type, named.full_id, is_private, sdk);
    if (repo.type == RepoType::space) apply_space_settings(call.hub, repo, body);
    return json_response(json::object{{"url", call.hub.url(repo.path())}, {"name", repo.full_id}, {"id", repo.oid}});
}

Response delete_repo(Call& call) {
    require_user(call);
    const auto parsed = parse_json(call.request.body);
    const auto named = named_repo(call, as_object(parsed));
    const auto repo = call.hub.repos.find(named.type, named.full_id);
    if (!repo || (repo->is_private && !call.who->may_read(repo->author))) throw repo_not_found();
    if (!call.who->may_write(repo->author)) throw forbidden("You don't have the rights to delete this repository");
    call.hub.delete_repo(*repo);
    return text_response("OK");
}

Response move_repo(Call& call) {
    require_user(call);
    const auto parsed = parse_json(call.request.body);
    const auto& body = as_object(parsed);
    const auto type = type_of(body);
    const auto from = required_string(body, "fromRepo");
    std::string to(required_string(body, "toRepo"));
    const auto repo = call.hub.repos.find(type, from);
    if (!repo || (repo->is_private && !call.who->may_read(repo->author))) throw repo_not_found();
    if (!call.who->may_write(repo->author)) throw forbidden("You don't have the rights to move this repository");
    check_repo_name(name_of(to));
    require_namespace_write(call, namespace_of(to), singular(type));
    to = call.hub.accounts.find(namespace_of(to))->name + "/" + std::string(name_of(to));
    if (!call.hub.repos.move(*repo, type, to)) throw conflict("A repository with the name " + to + " already exists");
    return text_response("OK");
}

Response settings(Call& call) {
    const Repo repo = writable_repo(call);
    const auto parsed = parse_json(call.request.body);
    const auto& body = as_object(parsed);
    auto is_private = bool_member(body, "private");
    if (const auto visibility = string_member(body, "visibility")) {
        if (*visibility != "private" && *visibility != "public")
            throw bad_request("Invalid visibility: " + std::string(*visibility));
        is_private = *visibility == "private";
    }
    json::object out;
    call.hub.database.transaction([&] {
        if (is_private) {
            call.hub.repos.set_flag(repo.id, "private", *is_private);
            out["private"] = *is_private;
            if (string_member(body, "visibility")) out["visibility"] = *is_private ? "private" : "public";
        }
        if (const auto* gated = body.if_contains("gated")) {
            const bool open = gated->is_bool() && !gated->get_bool();
            const bool known = gated->is_string() && (gated->get_string() == "auto" || gated->get_string() == "manual");
            if (!open && !known) throw bad_request("\"gated\" must be false, \"auto\" or \"manual\"");
            call.hub.repos.set_gated(repo.id, open ? std::string_view() : std::string_view(gated->get_string()));
            out["gated"] = *gated;
        }
        if (const auto disabled = bool_member(body, "discussionsDisabled")) {
            call.hub.repos.set_flag(repo.id, "discussions_disabled", *disabled);
            out["discussionsDisabled"] = *disabled;
        }
    });
    return json_response(out);
}

// A new repository with the contents of main in one commit, as the Hub duplicates.
Response duplicate(Call& call) {
    const Repo source = readable_repo(call);
    require_user(call);
    require_content_access(call, source);
    const auto parsed = parse_json(call.request.body);
    const auto& body = as_object(parsed);
    const std::string target(required_string(body, "repository"));
    check_repo_name(name_of(target));
    require_namespace_write(call, namespace_of(target), singular(source.type));
    bool is_private = bool_member(body, "private").value_or(source.is_private);
    if (const auto visibility = string_member(body, "visibility")) is_private = *visibility == "private";
    Hub& hub = call.hub;
    const Repo made = created(call, source.type, target, is_private, source.sdk);
    bool complete = false;
    const OnExit undo([&] {
        if (!complete) hub.delete_repo(made);
    });
    // Object files are immutable and named by content: copying them cannot disturb either repository.
    std::filesystem::copy(hub.git.path(source.oid) / "objects", hub.git.path(made.oid) / "objects",
                          std::filesystem::copy_options::recursive | std::filesystem::copy_options::skip_existing);
    {
        GitRepo git = hub.git.open(made.oid);
        git.refresh();
        const auto commit =
            git.write_commit(git.tree_of(source.sha), {}, {call.who->name()}, "Duplicate from " + source.full_id);
        hub.database.run("INSERT INTO lfs_links(repo_id, oid, size) SELECT ?, oid, size FROM lfs_links WHERE repo_id=?",
                         {made.id, source.id});
        hub.move_branch(made, git, "refs/heads/main", commit, made.sha);
    }
    if (made.type == RepoType::space) apply_space_settings(hub, *hub.repos.by_id(made.id), body);
    complete = true;
    return json_response(json::object{{"url", hub.url(made.path())}});
}

Response auth_check(Call& call) {
    const Repo repo = readable_repo(call);
    require_content_access(call, repo);
    return text_response("OK");
}

Response auth_check_write(Call& call) {
    writable_repo(call);
    return text_response("OK");
}

bool is_yaml(std::string_view text) {
    try {
        read_yaml(text);
        return true;
    } catch (const YamlError&) {
        return false;
    }
}

// The newest reference asks before it commits a README.
Response validate_yaml(Call& call) {
    const auto parsed = parse_json(call.request.body);
    const auto content = required_string(as_object(parsed), "content");
    json::array warnings;
    const auto front = front_matter(content);
    if (!front)
        warnings.push_back(json::object{{"message", "empty or missing yaml metadata in repo card"}});
    else if (!is_yaml(*front))
        warnings.push_back(json::object{{"message", "this Hub cannot read the yaml metadata of the repo card"}});
    return json_response(json::object{{"errors", json::array()}, {"warnings", std::move(warnings)}});
}

// The Hub's list names the Spaces of the "evaluate-metric" organisation; there are as many here as were made.
Response metrics(Call& call) {
    RepoFilter filter;
    filter.type = RepoType::space;
    filter.author = "evaluate-metric";
    filter.limit = call.hub.config.list_page_size;
    json::array out;
    for (const auto& repo : call.hub.repos.list(filter))
        out.push_back(json::object{{"id", name_of(repo.full_id)}, {"spaceId", repo.full_id}, {"description", ""}});
    return json_response(out);
}

}  // namespace

void add_repo_routes(Router& router) {
    router.add({.name = "create_repo", .method = "POST", .pattern = "/api/repos/create", .handler = create_repo});
    router.add({.name = "delete_repo", .method = "DELETE", .pattern = "/api/repos/delete", .handler = delete_repo});
    router.add({.name = "move_repo", .method = "POST", .pattern = "/api/repos/move", .handler = move_repo});
    router.add({.name = "settings", .method = "PUT", .pattern = "/api/{type}/{repo}/settings", .handler = settings});
    router.add(
        {.name = "duplicate", .method = "POST", .pattern = "/api/{type}/{repo}/duplicate", .handler = duplicate});
    router.add(
        {.name = "auth_check", .method = "GET", .pattern = "/api/{type}/{repo}/auth-check", .handler = auth_check});
    router.add({.name = "auth_check",
                .method = "GET",
                .pattern = "/api/{type}/{repo}/auth-check/write",
                .handler = auth_check_write});
    router.add({.name = "validate_yaml", .method = "POST", .pattern = "/api/validate-yaml", .handler = validate_yaml});
    router.add({.name = "metrics", .method = "GET", .pattern = "/api/metrics", .handler = metrics});
}

}  // namespace hf::local_hub
