#include "core/text.hpp"
#include "local_hub/data/clock.hpp"
#include "local_hub/data/html.hpp"
#include "local_hub/data/storage_error.hpp"
#include "local_hub/http/http_error.hpp"
#include "local_hub/http/json_body.hpp"
#include "local_hub/routes/routes.hpp"
#include "local_hub/rules/access.hpp"
#include "local_hub/rules/hub.hpp"

#include <algorithm>

namespace hf::local_hub {
namespace {

std::size_t whole_number(const Query& query, std::string_view name, std::size_t otherwise) {
    const auto text = query.find(name);
    if (!text) return otherwise;
    const auto out = to_number<std::size_t>(*text);
    if (!out) throw bad_request("\"" + std::string(name) + "\" must be a whole number");
    return *out;
}

json::object commit_json(Call& call, const CommitRecord& commit, bool formatted) {
    const auto account = call.hub.accounts.find(commit.author);
    json::object author{{"user", commit.author}};
    if (account) author["avatar"] = "/avatars/" + account->oid + ".svg";
    json::object out{{"id", commit.id},
                     {"title", commit.title},
                     {"message", commit.message},
                     {"authors", json::array{std::move(author)}},
                     {"date", iso_time(commit.time_ms)}};
    if (formatted) {
        std::string message;
        if (!commit.message.empty()) message = "<p>" + escaped_html(commit.message) + "</p>";
        out["formatted"] = json::object{{"title", escaped_html(commit.title)}, {"message", message}};
    }
    return out;
}

Response commits(Call& call) {
    const Repo repo = readable_repo(call);
    const auto& query = call.request.query;
    GitRepo git = call.hub.git.open(repo.oid);
    const auto head = git.resolve(call.params.revision).commit;
    const std::size_t largest = 1000;
    const auto limit =
        std::clamp<std::size_t>(whole_number(query, "limit", call.hub.config.commits_page_size), 1, largest);
    const auto page = whole_number(query, "p", 0);
    const auto total = git.history_size(head);
    const auto expand = query.all("expand");
    const bool formatted = std::ranges::find(expand, "formatted") != expand.end();
    json::array body;
    if (page <= total / limit)
        for (const auto& commit : git.history(head, page * limit, limit))
            body.push_back(commit_json(call, commit, formatted));
    Response out = json_response(body);
    out.set("X-Total-Count", std::to_string(total));
    if (page < total / limit && (page + 1) * limit < total) {
        std::string next = "p=" + std::to_string(page + 1) + "&limit=" + std::to_string(limit);
        if (formatted) next += "&expand[]=formatted";
        out.set("Link", next_link(call, next));
    }
    return out;
}

Response refs(Call& call) {
    const Repo repo = readable_repo(call);
    GitRepo git = call.hub.git.open(repo.oid);
    const bool pulls_wanted = call.request.query.flag("include_prs");
    json::array tags, branches, converts, pulls;
    for (const auto& ref : git.refs()) {
        const auto add = [&](json::array& to, std::string_view folder) {
            if (!ref.name.starts_with(folder)) return;
            to.push_back(json::object{
                {"name", ref.name.substr(folder.size())}, {"ref", ref.name}, {"targetCommit", ref.target}});
        };
        add(tags, "refs/tags/");
        add(branches, "refs/heads/");
        add(converts, "refs/convert/");
        if (pulls_wanted) add(pulls, "refs/pr/");
    }
    json::object out{{"tags", std::move(tags)}, {"branches", std::move(branches)}, {"converts", std::move(converts)}};
    if (pulls_wanted) out["pullRequests"] = std::move(pulls);
    return json_response(out);
}

std::string starting_commit(GitRepo& git, const json::object& body) {
    const auto point = string_member(body, "startingPoint");
    return git.resolve(point.value_or("main")).commit;
}

Response create_branch(Call& call) {
    const Repo repo = writable_repo(call);
    GitRepo git = call.hub.git.open(repo.oid);
    const auto parsed = call.request.body.empty() ? json::value(json::object()) : parse_json(call.request.body);
    const auto& body = as_object(parsed);
    const std::string& branch = call.params.revision;
    const bool overwrite = bool_member(body, "overwrite").value_or(false);
    // The Hub refuses names that could be taken for a commit.
    if (branch.size() == 40 && is_hex(branch)) throw bad_request("Invalid branch name: " + branch);
    const bool empty = bool_member(body, "emptyBranch").value_or(false);
    std::string target;
    if (empty) {
        CommitBuilder builder(git, call.hub.config.pack_compression);
        target = git.write_commit(builder.write_tree({}), {}, {call.who->name()}, "Initial commit");
    } else {
        target = starting_commit(git, body);
    }
    // Branch names of converted data live below refs/convert, as the reference sends them in full.
    const std::string ref = branch.starts_with("refs/convert/") ? branch : "refs/heads/" + branch;
    const auto lock = call.hub.git.write_lock(repo.oid);
    const std::lock_guard writing(*lock);
    const bool made = overwrite ? git.set_ref(ref, target) : git.set_ref(ref, target, std::string());
    if (!made) throw conflict("Reference already exists: " + ref);
    if (ref == "refs/heads/main") call.hub.after_head_moved(repo);
    return text_response("OK", 201);
}

Response delete_branch(Call& call) {
    const Repo repo = writable_repo(call);
    GitRepo git = call.hub.git.open(repo.oid);
    const std::string& branch = call.params.revision;
    if (branch == "main") throw forbidden("Cannot delete the main branch");
    const std::string ref = branch.starts_with("refs/convert/") ? branch : "refs/heads/" + branch;
    const auto lock = call.hub.git.write_lock(repo.oid);
    const std::lock_guard writing(*lock);
    if (!git.delete_ref(ref)) throw HttpError(404, "Reference does not exist: " + ref, "RevisionNotFound");
    return text_response("OK");
}

Response create_tag(Call& call) {
    const Repo repo = writable_repo(call);
    GitRepo git = call.hub.git.open(repo.oid);
    const auto parsed = parse_json(call.request.body);
    const auto& body = as_object(parsed);
    const std::string tag(required_string(body, "tag"));
    const auto message = string_member(body, "message").value_or(std::string_view());
    const auto target = git.resolve(call.params.revision).commit;
    const std::string ref = "refs/tags/" + tag;
    const auto lock = call.hub.git.write_lock(repo.oid);
    const std::lock_guard writing(*lock);
    if (git.ref_target(ref)) throw conflict("Tag reference exists already: " + tag);
    if (message.empty()) {
        if (!git.set_ref(ref, target, std::string())) throw conflict("Tag reference exists already: " + tag);
    } else {
        git.create_annotated_tag(tag, target, std::string(message), {call.who->name()});
    }
    return text_response("OK", 201);
}

Response delete_tag(Call& call) {
    const Repo repo = writable_repo(call);
    GitRepo git = call.hub.git.open(repo.oid);
    const auto lock = call.hub.git.write_lock(repo.oid);
    const std::lock_guard writing(*lock);
    if (!git.delete_ref("refs/tags/" + call.params.revision))
        throw HttpError(404, "Tag does not exist: " + call.params.revision, "RevisionNotFound");
    return text_response("OK");
}

Response super_squash(Call& call) {
    const Repo repo = writable_repo(call);
    const auto parsed = call.request.body.empty() ? json::value(json::object()) : parse_json(call.request.body);
    const auto message = string_member(as_object(parsed), "message").value_or("Super-squash branch");
    const auto target = call.hub.commit_target(repo, call.params.revision);
    GitRepo git = call.hub.git.open(repo.oid);
    const auto lock = call.hub.git.write_lock(repo.oid);
    const std::lock_guard writing(*lock);
    const auto head = git.ref_target(target.ref);
    if (!head) throw revision_not_found(call.params.revision);
    const auto squashed = git.write_commit(git.tree_of(*head), {}, {call.who->name()}, std::string(message));
    git.set_ref(target.ref, squashed);
    if (target.ref == "refs/heads/main") call.hub.after_head_moved(repo);
    return json_response(json::object{{"commitId", squashed}});
}

}  // namespace

void add_ref_routes(Router& router) {
    router.add({.name = "commits", .method = "GET", .pattern = "/api/{type}/{repo}/commits/{rev}", .handler = commits});
    router.add({.name = "refs", .method = "GET", .pattern = "/api/{type}/{repo}/refs", .handler = refs});
    router.add({.name = "create_branch",
                .method = "POST",
                .pattern = "/api/{type}/{repo}/branch/{rev}",
                .handler = create_branch});
    router.add({.name = "delete_branch",
                .method = "DELETE",
                .pattern = "/api/{type}/{repo}/branch/{rev}",
                .handler = delete_branch});
    router.add(
        {.name = "create_tag", .method = "POST", .pattern = "/api/{type}/{repo}/tag/{rev}", .handler = create_tag});
    router.add(
        {.name = "delete_tag", .method = "DELETE", .pattern = "/api/{type}/{repo}/tag/{rev}", .handler = delete_tag});
    router.add({.name = "super_squash",
                .method = "POST",
                .pattern = "/api/{type}/{repo}/super-squash/{rev}",
                .handler = super_squash});
}

}  // namespace hf::local_hub
