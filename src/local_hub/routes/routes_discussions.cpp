#include "local_hub/data/clock.hpp"
#include "local_hub/data/discussions.hpp"
#include "local_hub/data/storage_error.hpp"
#include "local_hub/http/http_error.hpp"
#include "local_hub/http/json_body.hpp"
#include "local_hub/routes/routes.hpp"
#include "local_hub/rules/access.hpp"
#include "local_hub/rules/hub.hpp"

#include <algorithm>
#include <charconv>

namespace hf::local_hub {
namespace {

constexpr const char* no_rights = "You don't have the rights to do this operation";

// Discussions are open to whoever may read, with a token that may write.
struct Place {
    Repo repo;
    Discussion discussion;
};

void require_write_token(const Call& call) {
    require_user(call);
    if (call.who->token_role != "write") throw forbidden(no_rights);
}

Place place_of(const Call& call, bool writing) {
    Repo repo = readable_repo(call);
    if (writing) require_write_token(call);
    Discussion discussion = call.hub.discussions.find(repo, call.params.names.at(0));
    return {std::move(repo), std::move(discussion)};
}

void require_author_or_writer(const Call& call, const Place& place, const std::string& author) {
    if (author != call.who->name() && !call.who->may_write(place.repo.author)) throw forbidden(no_rights);
}

json::object summary(Hub& hub, const Repo& repo, const Discussion& discussion) {
    json::object repo_json{{"name", repo.full_id}, {"type", singular(repo.type)}};
    const auto owner = hub.accounts.find(repo.author);
    return {{"_id", discussion.oid},
            {"num", discussion.num},
            {"author", hub.discussions.author(discussion.author, repo.author)},
            {"repo", std::move(repo_json)},
            {"title", discussion.title},
            {"status", discussion.status},
            {"createdAt", iso_time(discussion.created_at)},
            {"isPullRequest", discussion.is_pull_request},
            {"numComments", hub.discussions.comment_count(discussion)},
            {"topReactions", json::array()},
            {"numReactionUsers", 0},
            {"pinned", false},
            {"repoOwner", json::object{{"name", repo.author},
                                       {"isParticipating", false},
                                       {"type", owner && owner->is_org ? "org" : "user"},
                                       {"isDiscussionAuthor", repo.author == discussion.author}}}};
}

bool is_open(const Discussion& discussion) { return discussion.status == "open" || discussion.status == "draft"; }

Response list(Call& call) {
    const Repo repo = readable_repo(call);
    const auto& query = call.request.query;
    const auto type = query.get("type", "all"), status = query.get("status", "all"), author = query.get("author");
    std::vector<Discussion> found;
    std::int64_t closed = 0;
    for (auto& discussion : call.hub.discussions.all(repo)) {
        if (!is_open(discussion)) ++closed;
        if (type == "pull_request" && !discussion.is_pull_request) continue;
        if (type == "discussion" && discussion.is_pull_request) continue;
        if (status == "open" && !is_open(discussion)) continue;
        if (status == "closed" && is_open(discussion)) continue;
        if (!author.empty() && discussion.author != author) continue;
        found.push_back(std::move(discussion));
    }
    // The reference of 2024 calls the page "page_index", the Hub and later clients "p".
    const auto text = query.find("p") ? query.get("p") : query.get("page_index");
    std::size_t page = 0;
    std::from_chars(text.data(), text.data() + text.size(), page);
    const std::size_t size = call.hub.config.discussions_page_size;
    const std::size_t start = page > found.size() / size ? found.size() : page * size;
    json::array shown;
    for (std::size_t i = start; i < std::min(found.size(), start + size); ++i)
        shown.push_back(summary(call.hub, repo, found[i]));
    return json_response(json::object{{"discussions", std::move(shown)},
                                      {"count", found.size()},
                                      {"start", start},
                                      {"numClosedDiscussions", closed}});
}

void add_pull_request_members(Call& call, const Place& place, json::object& out) {
    const Discussion& discussion = place.discussion;
    GitRepo git = call.hub.git.open(place.repo.oid);
    const auto head = git.ref_target(discussion.ref());
    const auto base = git.ref_target(discussion.base);
    json::object changes{{"base", discussion.base}};
    changes["mergeCommitId"] = discussion.merge_commit.empty() ? json::value() : json::value(discussion.merge_commit);
    out["changes"] = std::move(changes);
    out["filesWithConflicts"] = json::array();
    if (!head) return;
    std::vector<std::string> conflicts;
    if (base && discussion.status != "merged") git.merge_trees(*base, *head, conflicts);
    json::array names;
    for (auto& name : conflicts) names.emplace_back(std::move(name));
    out["filesWithConflicts"] = std::move(names);
    if (!call.request.query.flag("diff")) return;
    // Against where the pull request left its base: later commits there are not its changes.
    const std::string against =
        discussion.merge_commit.empty() ? base.value_or(*head) : git.parents(discussion.merge_commit).at(0);
    out["diff"] = git.diff(git.merge_base(against, *head).value_or(against), *head);
}

Response details(Call& call) {
    const Place place = place_of(call, false);
    json::object out = summary(call.hub, place.repo, place.discussion);
    out["events"] = call.hub.discussions.events(place.discussion);
    if (place.discussion.is_pull_request) add_pull_request_members(call, place, out);
    return json_response(out);
}

Response create(Call& call) {
    const Repo repo = readable_repo(call);
    require_write_token(call);
    const auto parsed = parse_json(call.request.body);
    const auto& body = as_object(parsed);
    const auto title = required_string(body, "title");
    if (title.size() < 3) throw bad_request("\"title\" must be at least 3 characters long");
    const auto description = string_member(body, "description").value_or(std::string_view());
    const bool pull_request = bool_member(body, "pullRequest").value_or(false);
    const int number = call.hub.discussions.open(repo, call.who->name(), title, description, pull_request,
                                                 pull_request ? "draft" : "open",
                                                 pull_request ? "refs/heads/main" : std::string_view());
    const std::string num = std::to_string(number);
    if (pull_request) call.hub.git.open(repo.oid).set_ref("refs/pr/" + num, repo.sha);
    return json_response(json::object{
        {"num", number}, {"pullRequest", pull_request}, {"url", call.hub.url(repo.path() + "/discussions/" + num)}});
}

json::object new_comment(Call& call, const Discussion& discussion, std::string_view text) {
    return call.hub.discussions.add_event(discussion, "comment", call.who->name(),
                                          json::object{{"raw", text}, {"edits", json::array()}, {"hidden", false}});
}

Response comment(Call& call) {
    const Place place = place_of(call, true);
    const auto parsed = parse_json(call.request.body);
    const auto text = required_string(as_object(parsed), "comment");
    if (text.empty()) throw bad_request("\"comment\" must not be empty");
    return json_response(json::object{{"newMessage", new_comment(call, place.discussion, text)}});
}

Response edit_comment(Call& call) {
    const Place place = place_of(call, true);
    auto event = call.hub.discussions.find_comment(place.discussion, call.params.names.at(1));
    if (event.author != call.who->name()) throw forbidden(no_rights);
    const auto parsed = parse_json(call.request.body);
    const auto text = required_string(as_object(parsed), "content");
    event.data["edits"].as_array().push_back(json::object{{"raw", event.data["raw"]}, {"at", now_ms()}});
    event.data["raw"] = text;
    call.hub.discussions.update(event);
    return json_response(json::object{{"updatedComment", call.hub.discussions.render(event)}});
}

Response hide_comment(Call& call) {
    const Place place = place_of(call, true);
    auto event = call.hub.discussions.find_comment(place.discussion, call.params.names.at(1));
    require_author_or_writer(call, place, event.author);
    event.data["hidden"] = true;
    event.data["hiddenBy"] = call.who->name();
    call.hub.discussions.update(event);
    return json_response(json::object{{"updatedComment", call.hub.discussions.render(event)}});
}

Response rename(Call& call) {
    const Place place = place_of(call, true);
    require_author_or_writer(call, place, place.discussion.author);
    const auto parsed = parse_json(call.request.body);
    const auto title = required_string(as_object(parsed), "title");
    if (title.size() < 3) throw bad_request("\"title\" must be at least 3 characters long");
    json::object event;
    call.hub.database.transaction([&] {
        call.hub.database.run("UPDATE discussions SET title=? WHERE id=?", {sql_text(title), place.discussion.id});
        event = call.hub.discussions.add_event(place.discussion, "title-change", call.who->name(),
                                               json::object{{"from", place.discussion.title}, {"to", title}});
    });
    return json_response(json::object{{"newTitle", std::move(event)}});
}

json::object set_status(Call& call, const Discussion& discussion, std::string_view status) {
    call.hub.database.run("UPDATE discussions SET status=? WHERE id=?", {sql_text(status), discussion.id});
    return call.hub.discussions.add_event(discussion, "status-change", call.who->name(),
                                          json::object{{"status", status}});
}

Response change_status(Call& call) {
    const Place place = place_of(call, true);
    require_author_or_writer(call, place, place.discussion.author);
    const auto parsed = parse_json(call.request.body);
    const auto& body = as_object(parsed);
    const auto status = required_string(body, "status");
    if (status != "open" && status != "closed") throw bad_request("\"status\" must be open or closed");
    if (place.discussion.status == "merged") throw bad_request("A merged pull request keeps its status");
    if (place.discussion.status == status) throw bad_request("The discussion is already " + std::string(status));
    json::object event;
    call.hub.database.transaction([&] {
        if (const auto text = string_member(body, "comment"); text && !text->empty())
            new_comment(call, place.discussion, *text);
        event = set_status(call, place.discussion, status);
    });
    return json_response(json::object{{"newStatus", std::move(event)}});
}

// As the Hub merges: one commit on the base, naming the pull request and listing its commits.
std::string merge_message(GitRepo& git, const Discussion& discussion, const std::string& head,
                          const std::string& fork) {
    std::string out = discussion.title + " (#" + std::to_string(discussion.num) + ")\n\n\n";
    std::vector<std::string> lines;
    constexpr std::size_t max_commits = 1000;
    for (const auto& commit : git.history(head, 0, max_commits)) {
        if (commit.id == fork) break;
        lines.push_back("- " + commit.title + " (" + commit.id + ")\n");
    }
    for (auto line = lines.rbegin(); line != lines.rend(); ++line) out += *line;
    return out + "\n";
}

Response merge(Call& call) {
    const Place place = place_of(call, true);
    const Discussion& discussion = place.discussion;
    if (!call.who->may_write(place.repo.author)) throw forbidden(no_rights);
    if (!discussion.is_pull_request) throw bad_request("Only pull requests can be merged");
    // A draft is published by setting its status to open.
    if (discussion.status != "open") throw bad_request("The pull request is " + discussion.status);
    std::string text;
    if (!call.request.body.empty()) {
        const auto parsed = parse_json(call.request.body);
        text = string_member(as_object(parsed), "comment").value_or(std::string_view());
    }
    GitRepo git = call.hub.git.open(place.repo.oid);
    const auto head = git.ref_target(discussion.ref());
    const auto base = git.ref_target(discussion.base);
    if (!head || !base) throw revision_not_found(discussion.base);
    std::vector<std::string> conflicts;
    const auto tree = git.merge_trees(*base, *head, conflicts);
    if (!tree) throw conflict("The pull request conflicts with its base in " + conflicts.front());
    const auto message = merge_message(git, discussion, *head, git.merge_base(*base, *head).value_or(""));
    const auto merged = git.write_commit(*tree, {*base}, {call.who->name()}, message);
    call.hub.move_branch(place.repo, git, discussion.base, merged, *base);
    call.hub.database.transaction([&] {
        if (!text.empty()) new_comment(call, discussion, text);
        call.hub.database.run("UPDATE discussions SET merge_commit=? WHERE id=?", {merged, discussion.id});
        set_status(call, discussion, "merged");
    });
    return json_response(json::object{{"ok", true}, {"commitOid", merged}});
}

}  // namespace

void add_discussion_routes(Router& router) {
    constexpr const char* all = "/api/{type}/{repo}/discussions";
    router.add({.name = "discussions", .method = "GET", .pattern = all, .handler = list});
    router.add({.name = "create_discussion", .method = "POST", .pattern = all, .handler = create});
    router.add({.name = "discussion",
                .method = "GET",
                .pattern = "/api/{type}/{repo}/discussions/{name}",
                .handler = details});
    router.add({.name = "comment",
                .method = "POST",
                .pattern = "/api/{type}/{repo}/discussions/{name}/comment",
                .handler = comment});
    router.add({.name = "edit_comment",
                .method = "POST",
                .pattern = "/api/{type}/{repo}/discussions/{name}/comment/{name}/edit",
                .handler = edit_comment});
    router.add({.name = "hide_comment",
                .method = "POST",
                .pattern = "/api/{type}/{repo}/discussions/{name}/comment/{name}/hide",
                .handler = hide_comment});
    router.add({.name = "rename_discussion",
                .method = "POST",
                .pattern = "/api/{type}/{repo}/discussions/{name}/title",
                .handler = rename});
    router.add({.name = "discussion_status",
                .method = "POST",
                .pattern = "/api/{type}/{repo}/discussions/{name}/status",
                .handler = change_status});
    router.add({.name = "merge_pull_request",
                .method = "POST",
                .pattern = "/api/{type}/{repo}/discussions/{name}/merge",
                .handler = merge});
}

}  // namespace hf::local_hub
