#include "local_hub/data/discussions.hpp"

#include "core/text.hpp"
#include "local_hub/data/clock.hpp"
#include "local_hub/data/html.hpp"
#include "local_hub/data/random.hpp"
#include "local_hub/data/storage_error.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace hf::local_hub {

namespace json = boost::json;

namespace {

constexpr std::string_view columns = "id, oid, num, title, status, is_pr, author, base, merge_commit, created_at";

Discussion discussion_of(const Row& row) {
    Discussion out;
    out.id = row.integer(0);
    out.oid = row.text(1);
    out.num = static_cast<int>(row.integer(2));
    out.title = row.text(3);
    out.status = row.text(4);
    out.is_pull_request = row.integer(5) != 0;
    out.author = row.text(6);
    out.base = row.text(7);
    out.merge_commit = row.text(8);
    out.created_at = row.integer(9);
    return out;
}

StoredEvent event_of(const Row& row) {
    StoredEvent out;
    out.id = row.integer(0);
    out.oid = row.text(1);
    out.type = row.text(2);
    out.author = row.text(3);
    out.created_at = row.integer(4);
    out.data = json::parse(row.text(5)).as_object();
    out.discussion_id = row.integer(6);
    return out;
}

constexpr std::string_view event_columns = "id, oid, type, author, created_at, data, discussion_id";

}  // namespace

json::object Discussions::author_of(const StoredEvent& event) {
    const auto owner =
        database_.text("SELECT repos.author FROM discussions JOIN repos ON repos.id=repo_id WHERE discussions.id=?",
                       {event.discussion_id});
    return author(event.author, owner);
}

json::object Discussions::comment_version(const StoredEvent& event, const json::value& raw, std::int64_t at) {
    const std::string text(raw.as_string());
    return {{"raw", text},
            {"html", "<p>" + escaped_html(text) + "</p>"},
            {"updatedAt", iso_time(at)},
            {"author", author_of(event)}};
}

// Stored: {"raw", "edits": [{"raw", "at"}] (earlier versions, oldest first), "hidden", "hiddenBy"}.
json::object Discussions::comment_data(const StoredEvent& event) {
    const auto& edits = event.data.at("edits").as_array();
    const bool hidden = event.data.at("hidden").as_bool();
    json::array history;
    std::int64_t at = event.created_at;
    for (const auto& edit : edits) {
        const auto& earlier = edit.as_object();
        if (!hidden) history.push_back(comment_version(event, earlier.at("raw"), at));
        at = earlier.at("at").as_int64();
    }
    const json::value shown = hidden ? json::value("This comment has been hidden") : event.data.at("raw");
    auto latest = comment_version(event, shown, at);
    history.push_back(latest);
    json::object out{{"edited", !edits.empty()}, {"hidden", hidden}};
    const auto* hidden_by = event.data.if_contains("hiddenBy");
    out["hiddenBy"] = hidden_by ? *hidden_by : json::value();
    out["latest"] = std::move(latest);
    out["history"] = std::move(history);
    out["numEdits"] = edits.size();
    json::array editors;
    editors.push_back(json::value(event.author));
    out["editors"] = std::move(editors);
    out["editorAvatarUrls"] = json::array();
    out["reactions"] = json::array();
    return out;
}

json::object Discussions::author(const std::string& name, const std::string& owner) {
    const auto account = accounts_.find(name);
    const auto memberships = database_.number(
        "SELECT count(*) FROM members JOIN accounts o ON o.id=org_id JOIN accounts u ON u.id=user_id "
        "WHERE o.name=? AND u.name=?",
        {owner, name});
    json::object out;
    if (account) {
        out["_id"] = account->oid;
        out["avatarUrl"] = "/avatars/" + account->oid + ".svg";
    }
    out["fullname"] = name;
    out["name"] = name;
    out["type"] = "user";
    out["isPro"] = false;
    out["isHf"] = false;
    out["isHfAdmin"] = false;
    out["isMod"] = false;
    out["isUserFollowing"] = false;
    out["isOwner"] = name == owner;
    out["isOrgMember"] = memberships > 0;
    return out;
}

json::object Discussions::render(const StoredEvent& event) {
    return {{"id", event.oid},
            {"author", author_of(event)},
            {"createdAt", iso_time(event.created_at)},
            {"type", event.type},
            {"data", event.type == "comment" ? comment_data(event) : event.data}};
}

json::object Discussions::add_event(const Discussion& discussion, std::string_view type, const std::string& author,
                                    const json::object& data) {
    StoredEvent event;
    event.discussion_id = discussion.id;
    event.oid = new_object_id();
    event.type = type;
    event.author = author;
    event.created_at = now_ms();
    event.data = data;
    database_.run(
        "INSERT INTO discussion_events(oid, discussion_id, type, author, created_at, data) VALUES(?,?,?,?,?,?)",
        {event.oid, discussion.id, event.type, author, event.created_at, json::serialize(data)});
    return render(event);
}

int Discussions::open(const Repo& repo, const std::string& author, std::string_view title, std::string_view description,
                      bool pull_request, std::string_view status, std::string_view base) {
    if (repo.discussions_disabled) throw StorageError(Refusal::forbidden, "Discussions are disabled for this repo");
    Discussion opened;
    database_.transaction([&] {
        const auto number = 1 + database_.number("SELECT max(num) FROM discussions WHERE repo_id=?", {repo.id});
        database_.run(
            "INSERT INTO discussions(oid, repo_id, num, title, status, is_pr, author, base, created_at) "
            "VALUES(?,?,?,?,?,?,?,?,?)",
            {new_object_id(), repo.id, number, sql_text(title), sql_text(status), sql_bool(pull_request), author,
             base.empty() ? SqlValue(nullptr) : sql_text(base), now_ms()});
        opened.id = database_.last_id();
        opened.num = static_cast<int>(number);
        add_event(opened, "comment", author,
                  json::object{{"raw", description}, {"edits", json::array()}, {"hidden", false}});
    });
    return opened.num;
}

Discussion Discussions::find(const Repo& repo, std::string_view number) {
    std::optional<Discussion> out;
    if (const auto num = to_number<std::int64_t>(number))
        database_.row("SELECT " + std::string(columns) + " FROM discussions WHERE repo_id=? AND num=?", {repo.id, *num},
                      [&](const Row& row) { out = discussion_of(row); });
    if (!out) throw StorageError(Refusal::not_found, "Discussion not found");
    return *out;
}

std::vector<Discussion> Discussions::all(const Repo& repo) {
    std::vector<Discussion> out;
    database_.rows("SELECT " + std::string(columns) + " FROM discussions WHERE repo_id=? ORDER BY num DESC", {repo.id},
                   [&](const Row& row) { out.push_back(discussion_of(row)); });
    return out;
}

json::array Discussions::events(const Discussion& discussion) {
    std::vector<StoredEvent> stored;
    database_.rows("SELECT " + std::string(event_columns) + " FROM discussion_events WHERE discussion_id=? ORDER BY id",
                   {discussion.id}, [&](const Row& row) { stored.push_back(event_of(row)); });
    json::array out;
    for (const auto& event : stored) out.push_back(render(event));
    return out;
}

std::int64_t Discussions::comment_count(const Discussion& discussion) {
    return database_.number("SELECT count(*) FROM discussion_events WHERE discussion_id=? AND type='comment'",
                            {discussion.id});
}

StoredEvent Discussions::find_comment(const Discussion& discussion, const std::string& oid) {
    std::optional<StoredEvent> out;
    database_.row("SELECT " + std::string(event_columns) +
                      " FROM discussion_events WHERE discussion_id=? AND oid=? AND type='comment'",
                  {discussion.id, oid}, [&](const Row& row) { out = event_of(row); });
    if (!out) throw StorageError(Refusal::not_found, "Comment not found");
    return *out;
}

void Discussions::update(const StoredEvent& event) {
    database_.run("UPDATE discussion_events SET data=? WHERE id=?", {json::serialize(event.data), event.id});
}

void Discussions::note_commit(const Repo& repo, std::string_view ref, const std::string& author,
                              const std::string& commit, std::string_view title) {
    constexpr std::string_view folder = "refs/pr/";
    if (!ref.starts_with(folder)) return;
    const auto discussion = find(repo, ref.substr(folder.size()));
    add_event(discussion, "commit", author, json::object{{"oid", commit}, {"subject", title}});
}

}  // namespace hf::local_hub
