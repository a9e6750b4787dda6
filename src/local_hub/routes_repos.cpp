#include "hub.hpp"

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
    const Repo repo = call.hub.create_repo(named.type, named.full_id, *call.who, is_private, sdk);
    return json_response(
        json::object{{"url", call.hub.url(repo.path())}, {"name", repo.full_id}, {"id", repo.oid}});
}

Response delete_repo(Call& call) {
    require_user(call);
    const auto parsed = parse_json(call.request.body);
    const auto named = named_repo(call, as_object(parsed));
    const auto repo = call.hub.repos.find(named.type, named.full_id);
    if (!repo || (repo->is_private && !call.who->may_read(repo->author))) throw repo_not_found();
    if (!call.who->may_write(repo->author))
        throw forbidden("You don't have the rights to delete this repository");
    call.hub.delete_repo(*repo);
    return text_response("OK");
}

}  // namespace

void add_repo_routes(Router& router) {
    router.add({.name = "create_repo", .method = "POST", .pattern = "/api/repos/create", .handler = create_repo});
    router.add({.name = "delete_repo", .method = "DELETE", .pattern = "/api/repos/delete", .handler = delete_repo});
}

}  // namespace hf::local_hub
