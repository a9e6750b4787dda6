#include "local_hub/data/clock.hpp"
#include "local_hub/http/http_error.hpp"
#include "local_hub/http/json_body.hpp"
#include "local_hub/routes/routes.hpp"
#include "local_hub/rules/access.hpp"
#include "local_hub/rules/hub.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace hf::local_hub {
namespace {

json::object user_json(const std::string& oid, const std::string& name) {
    return {{"_id", oid},
            {"user", name},
            {"fullname", name},
            {"avatarUrl", "/avatars/" + oid + ".svg"},
            {"isPro", false},
            {"type", "user"},
            {"verifiedOrgNames", json::array()}};
}

void count_likes(Hub& hub, const Repo& repo) {
    hub.database.run("UPDATE repos SET likes=(SELECT count(*) FROM likes WHERE repo_id=repos.id) WHERE id=?",
                     {repo.id});
}

Response like(Call& call) {
    require_user(call);
    const Repo repo = readable_repo(call);
    call.hub.database.transaction([&] {
        call.hub.database.run("INSERT INTO likes(account_id, repo_id, created_at) VALUES(?,?,?) ON CONFLICT DO NOTHING",
                              {call.who->account.id, repo.id, next_ms()});
        count_likes(call.hub, repo);
    });
    return text_response("OK");
}

Response unlike(Call& call) {
    require_user(call);
    const Repo repo = readable_repo(call);
    call.hub.database.transaction([&] {
        call.hub.database.run("DELETE FROM likes WHERE account_id=? AND repo_id=?", {call.who->account.id, repo.id});
        count_likes(call.hub, repo);
    });
    return text_response("OK");
}

Response likers(Call& call) {
    const Repo repo = readable_repo(call);
    json::array out;
    call.hub.database.rows(
        "SELECT oid, name FROM likes JOIN accounts ON id=account_id WHERE repo_id=? ORDER BY likes.created_at DESC",
        {repo.id}, [&](const Row& row) { out.push_back(user_json(row.text(0), row.text(1))); });
    return json_response(out);
}

Response liked_repos(Call& call) {
    const auto user = call.hub.accounts.find(call.params.names.at(0));
    if (!user) throw not_found("This user does not exist");
    struct Like {
        std::int64_t repo, at;
    };
    std::vector<Like> likes;
    call.hub.database.rows("SELECT repo_id, created_at FROM likes WHERE account_id=? ORDER BY created_at DESC",
                           {user->id}, [&](const Row& row) {
                               likes.push_back({row.integer(0), row.integer(1)});
                           });
    json::array out;
    for (const auto& like : likes) {
        const auto repo = call.hub.repos.by_id(like.repo);
        if (!repo || (repo->is_private && !call.who->may_read(repo->author))) continue;
        out.push_back(json::object{{"createdAt", iso_time(like.at)},
                                   {"repo", json::object{{"name", repo->full_id}, {"type", singular(repo->type)}}}});
    }
    return json_response(out);
}

// Requests are known by repository and user; the id that the Hub gives them is made of both.
std::string request_id(const Repo& repo, std::string_view account_oid) {
    return repo.oid.substr(12) + std::string(account_oid.substr(12));
}

Repo administered_repo(const Call& call) {
    Repo repo = writable_repo(call);
    if (repo.gated.empty()) throw bad_request("Repo is not gated");
    return repo;
}

Response access_requests(Call& call) {
    const Repo repo = administered_repo(call);
    const std::string& status = call.params.names.at(0);
    if (status != "pending" && status != "accepted" && status != "rejected")
        throw bad_request("Invalid status: " + status);
    json::array out;
    call.hub.database.rows(
        "SELECT oid, name, access_requests.created_at, fields FROM access_requests JOIN accounts ON id=account_id "
        "WHERE repo_id=? AND status=? ORDER BY access_requests.created_at",
        {repo.id, status}, [&](const Row& row) {
            json::object user = user_json(row.text(0), row.text(1));
            json::object request{{"requestId", request_id(repo, row.text(0))},
                                 {"status", status},
                                 {"timestamp", iso_time(row.integer(2))}};
            // Whoever was granted access without asking has shared no address.
            if (!row.null(3)) {
                user["email"] = row.text(1) + "@users.noreply.huggingface.co";
                if (auto fields = json::parse(row.text(3)); !fields.as_object().empty())
                    request["fields"] = std::move(fields);
            }
            request["user"] = std::move(user);
            out.push_back(std::move(request));
        });
    return json_response(out);
}

Account named_user(const Call& call, const Repo& repo, const json::object& body) {
    const auto name = string_member(body, "user"), oid = string_member(body, "userId");
    const auto request = string_member(body, "requestId");
    std::string found;
    if (oid) found = call.hub.database.text("SELECT name FROM accounts WHERE oid=?", {sql_text(*oid)});
    if (name) found = *name;
    if (request)
        call.hub.database.rows("SELECT oid, name FROM access_requests JOIN accounts ON id=account_id WHERE repo_id=?",
                               {repo.id}, [&](const Row& row) {
                                   if (request_id(repo, row.text(0)) == *request) found = row.text(1);
                               });
    if (!name && !oid && !request) throw bad_request("\"user\" is required");
    const auto user = call.hub.accounts.find(found);
    if (!user || user->is_org) throw not_found("User not found");
    return *user;
}

std::string access_status(Hub& hub, const Repo& repo, const Account& user) {
    return hub.database.text("SELECT status FROM access_requests WHERE repo_id=? AND account_id=?", {repo.id, user.id});
}

Response handle_access(Call& call) {
    const Repo repo = administered_repo(call);
    const auto parsed = parse_json(call.request.body);
    const auto& body = as_object(parsed);
    const auto status = required_string(body, "status");
    if (status != "pending" && status != "accepted" && status != "rejected")
        throw bad_request("Invalid status: " + std::string(status));
    const Account user = named_user(call, repo, body);
    const std::string before = access_status(call.hub, repo, user);
    if (before.empty()) throw not_found("Access request not found");
    if (before == status) throw not_found("The access request is already " + before);
    call.hub.database.run("UPDATE access_requests SET status=? WHERE repo_id=? AND account_id=?",
                          {sql_text(status), repo.id, user.id});
    return text_response("OK");
}

Response grant_access(Call& call) {
    const Repo repo = administered_repo(call);
    const auto parsed = parse_json(call.request.body);
    const Account user = named_user(call, repo, as_object(parsed));
    if (access_status(call.hub, repo, user) == "accepted") throw bad_request("User already has access to this repo");
    call.hub.database.run(
        "INSERT INTO access_requests(repo_id, account_id, status, created_at) VALUES(?,?,?,?) "
        "ON CONFLICT DO UPDATE SET status=excluded.status",
        {repo.id, user.id, sql_text("accepted"), next_ms()});
    return json_response(json::object{{"ok", true}, {"user", user.name}});
}

Response cancel_access(Call& call) {
    require_user(call);
    const Repo repo = readable_repo(call);
    if (call.hub.database.run("DELETE FROM access_requests WHERE repo_id=? AND account_id=? AND status='pending'",
                              {repo.id, call.who->account.id}) == 0)
        throw not_found("Access request not found");
    return text_response("OK");
}

Response ask_access(Call& call) {
    require_user(call);
    const Repo repo = readable_repo(call);
    if (repo.gated.empty()) throw bad_request("Repo is not gated");
    json::object fields;
    if (call.request.field("Content-Type").find("json") != std::string_view::npos) {
        const auto parsed = parse_json(call.request.body);
        fields = as_object(parsed);
    } else {
        for (const auto& [name, value] : Query::parse(call.request.body)) fields[name] = value;
    }
    const char* status = repo.gated == "auto" ? "accepted" : "pending";
    call.hub.database.run(
        "INSERT INTO access_requests(repo_id, account_id, status, created_at, fields) "
        "VALUES(?,?,?,?,?) ON CONFLICT DO NOTHING",
        {repo.id, call.who->account.id, sql_text(status), next_ms(), json::serialize(fields)});
    Response out = text_response("See Other. Redirecting to /" + repo.path(), 303);
    out.set("Location", "/" + repo.path());
    return out;
}

}  // namespace

void add_social_routes(Router& router) {
    router.add({.name = "like", .method = "POST", .pattern = "/api/{type}/{repo}/like", .handler = like});
    router.add({.name = "unlike", .method = "DELETE", .pattern = "/api/{type}/{repo}/like", .handler = unlike});
    router.add({.name = "likers", .method = "GET", .pattern = "/api/{type}/{repo}/likers", .handler = likers});
    router.add({.name = "liked_repos", .method = "GET", .pattern = "/api/users/{name}/likes", .handler = liked_repos});
    router.add({.name = "access_requests",
                .method = "GET",
                .pattern = "/api/{type}/{repo}/user-access-request/{name}",
                .handler = access_requests});
    router.add({.name = "handle_access",
                .method = "POST",
                .pattern = "/api/{type}/{repo}/user-access-request/handle",
                .handler = handle_access});
    router.add({.name = "grant_access",
                .method = "POST",
                .pattern = "/api/{type}/{repo}/user-access-request/grant",
                .handler = grant_access});
    router.add({.name = "cancel_access",
                .method = "POST",
                .pattern = "/api/{type}/{repo}/user-access-request/cancel",
                .handler = cancel_access});
    router.add({.name = "ask_access",
                .method = "POST",
                .pattern = "/{prefix}/{repo}/ask-access",
                .handler = ask_access,
                .bucket = Bucket::pages});
}

}  // namespace hf::local_hub
