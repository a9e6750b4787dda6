#include "core/text.hpp"
#include "local_hub/data/clock.hpp"
#include "local_hub/data/html.hpp"
#include "local_hub/data/random.hpp"
#include "local_hub/http/http_error.hpp"
#include "local_hub/http/json_body.hpp"
#include "local_hub/routes/repo_json.hpp"
#include "local_hub/routes/routes.hpp"
#include "local_hub/rules/access.hpp"
#include "local_hub/rules/hub.hpp"

#include <algorithm>
#include <charconv>

namespace hf::local_hub {
namespace {

struct Collection {
    std::int64_t id = 0;
    std::string oid, owner, slug, title, description;
    bool is_private = false;
    std::string theme;
    std::int64_t position = 0, upvotes = 0, last_updated = 0;
};

constexpr std::string_view columns =
    "id, oid, owner, slug, title, description, private, theme, position, upvotes, last_updated";

Collection collection_of(const Row& row) {
    Collection out;
    out.id = row.integer(0);
    out.oid = row.text(1);
    out.owner = row.text(2);
    out.slug = row.text(3);
    out.title = row.text(4);
    out.description = row.text(5);
    out.is_private = row.integer(6) != 0;
    out.theme = row.text(7);
    out.position = row.integer(8);
    out.upvotes = row.integer(9);
    out.last_updated = row.integer(10);
    return out;
}

struct Item {
    std::string oid, type, item_id, note;
    std::int64_t position = 0;
};

std::vector<Item> items_of(Hub& hub, const Collection& collection) {
    std::vector<Item> out;
    hub.database.rows(
        "SELECT oid, type, item_id, note, position FROM collection_items WHERE collection_id=? ORDER BY position, id",
        {collection.id}, [&](const Row& row) {
            out.push_back({row.text(0), row.text(1), row.text(2), row.text(3), row.integer(4)});
        });
    return out;
}

// Items that the caller may not see, or whose repository is gone, are left out.
std::optional<json::object> item_json(const Call& call, const Item& item) {
    json::object out{{"_id", item.oid}, {"position", item.position}, {"type", item.type}, {"id", item.item_id}};
    if (const auto type = parse_repo_type(item.type)) {
        const auto repo = call.hub.repos.find(*type, item.item_id);
        if (!repo || (repo->is_private && !call.who->may_read(repo->author))) return std::nullopt;
        json::object members = repo_summary(*repo);
        for (const char* name : {"author", "downloads", "gated", "lastModified", "likes", "private", "pipeline_tag"})
            if (const auto* value = members.if_contains(name)) out[name] = *value;
        out["id"] = repo->full_id;
        out["repoType"] = item.type;
    }
    if (!item.note.empty())
        out["note"] = json::object{{"text", item.note}, {"html", "<p>" + escaped_html(item.note) + "</p>"}};
    return out;
}

json::object render(const Call& call, const Collection& collection, std::size_t max_items) {
    json::array items;
    for (const auto& item : items_of(call.hub, collection)) {
        if (items.size() == max_items) break;
        if (auto shown = item_json(call, item)) items.push_back(std::move(*shown));
    }
    json::object out{{"_id", collection.oid},
                     {"slug", collection.slug},
                     {"title", collection.title},
                     {"gating", false},
                     {"lastUpdated", iso_time(collection.last_updated)},
                     {"owner", collection.owner},
                     {"items", std::move(items)},
                     {"theme", collection.theme},
                     {"private", collection.is_private},
                     {"upvotes", collection.upvotes},
                     {"isUpvotedByUser", false},
                     {"position", collection.position},
                     {"shareUrl", call.hub.url("collections/" + collection.slug)}};
    if (!collection.description.empty()) out["description"] = collection.description;
    return out;
}

constexpr std::size_t all_items = static_cast<std::size_t>(-1);

// "namespace/title-id": the id alone tells which, so that a slug of an earlier title still works.
Collection find(const Call& call) {
    const std::string& slug = call.params.repo;
    const auto dash = slug.rfind('-');
    std::optional<Collection> out;
    if (dash != slug.npos)
        call.hub.database.row("SELECT " + std::string(columns) + " FROM collections WHERE oid=?",
                              {slug.substr(dash + 1)}, [&](const Row& row) { out = collection_of(row); });
    if (!out || (out->is_private && !call.who->may_read(out->owner))) throw not_found("Collection not found");
    return *out;
}

Collection find_writable(const Call& call) {
    Collection out = find(call);
    require_user(call);
    if (!call.who->may_write(out.owner)) throw forbidden("You don't have the rights to do this operation");
    return out;
}

void touch(const Call& call, const Collection& collection) {
    call.hub.database.run("UPDATE collections SET last_updated=? WHERE id=?", {next_ms(), collection.id});
}

std::string slug_of(std::string_view owner, std::string_view title, std::string_view oid) {
    std::string words;
    for (const char c : to_lower(title)) {
        const bool kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (kept)
            words += c;
        else if (!words.empty() && words.back() != '-')
            words += '-';
    }
    while (words.ends_with('-')) words.pop_back();
    return std::string(owner) + "/" + words + "-" + std::string(oid);
}

// "models/gpt2", "model/gpt2", "papers/2307.09288"
std::pair<std::string, std::string> item_reference(std::string_view text) {
    const auto slash = text.find('/');
    if (slash == text.npos) throw bad_request("Invalid item: " + std::string(text));
    std::string type(text.substr(0, slash));
    if (type.ends_with('s')) type.pop_back();
    return {std::move(type), std::string(text.substr(slash + 1))};
}

bool contains_any(Hub& hub, const Collection& collection, const std::vector<std::string>& wanted) {
    if (wanted.empty()) return true;
    const auto items = items_of(hub, collection);
    return std::ranges::any_of(wanted, [&](const std::string& text) {
        const auto [type, id] = item_reference(text);
        return std::ranges::any_of(items, [&](const Item& item) { return item.type == type && item.item_id == id; });
    });
}

Response list(Call& call) {
    const auto& query = call.request.query;
    const auto owners = query.all("owner"), wanted = query.all("item");
    const std::string search = to_lower(query.get("q"));
    const auto sort = query.get("sort");
    std::string order = "position, id";
    if (sort == "lastModified" || sort == "last_modified") order = "last_updated DESC, id DESC";
    if (sort == "trending" || sort == "upvotes") order = "upvotes DESC, id DESC";
    std::vector<Collection> found;
    call.hub.database.rows("SELECT " + std::string(columns) + " FROM collections ORDER BY " + order, {},
                           [&](const Row& row) { found.push_back(collection_of(row)); });
    std::erase_if(found, [&](const Collection& collection) {
        if (collection.is_private && !call.who->may_read(collection.owner)) return true;
        const bool owned = owners.empty() || std::ranges::any_of(owners, [&](const std::string& owner) {
                               return to_lower(owner) == to_lower(collection.owner);
                           });
        const bool named = search.empty() || to_lower(collection.title).find(search) != std::string::npos;
        return !owned || !named || !contains_any(call.hub, collection, wanted);
    });
    const auto number = [&](std::string_view name, std::size_t otherwise) {
        const auto text = query.get(name);
        std::from_chars(text.data(), text.data() + text.size(), otherwise);
        return otherwise;
    };
    // The Hub's own page size.
    const std::size_t limit = std::clamp<std::size_t>(number("limit", 10), 1, 100);
    const std::size_t start = std::min(number("skip", 0), found.size());
    const std::size_t end = std::min(found.size(), start + limit);
    json::array body;
    // A list shows four items of each collection, as the reference documents.
    for (std::size_t i = start; i < end; ++i) {
        json::object shown = render(call, found[i], 4);
        shown.erase("position");  // its place in this list, the reference adds
        body.push_back(std::move(shown));
    }
    Response out = json_response(body);
    if (end < found.size()) {
        std::string next;
        for (const auto& [name, value] : query)
            if (name != "skip") next += quoted_parameter(name, value) + "&";
        out.set("Link", next_link(call, next + "skip=" + std::to_string(end)));
    }
    return out;
}

void add_item(const Call& call, const Collection& collection, const json::object& item, std::string_view note);

Response create(Call& call) {
    require_user(call);
    const auto parsed = parse_json(call.request.body);
    const auto& body = as_object(parsed);
    Collection made;
    made.title = required_string(body, "title");
    if (made.title.empty()) throw bad_request("\"title\" must not be empty");
    made.owner = string_member(body, "namespace").value_or(call.who->name());
    require_namespace_write(call, made.owner, "collection");
    made.owner = call.hub.accounts.find(made.owner)->name;
    made.oid = new_object_id();
    made.slug = slug_of(made.owner, made.title, made.oid);
    made.description = string_member(body, "description").value_or(std::string_view());
    made.is_private = bool_member(body, "private").value_or(false);
    auto& database = call.hub.database;
    database.transaction([&] {
        const auto taken =
            database.text("SELECT slug FROM collections WHERE owner=? AND title=?", {made.owner, made.title});
        if (!taken.empty()) {
            HttpError exists = conflict("A collection with this title already exists");
            exists.extra["slug"] = taken;
            throw exists;
        }
        const auto position = database.number("SELECT count(*) FROM collections WHERE owner=?", {made.owner});
        database.run(
            "INSERT INTO collections(oid, owner, slug, title, description, private, theme, position, last_updated) "
            "VALUES(?,?,?,?,?,?,?,?,?)",
            {made.oid, made.owner, made.slug, made.title, made.description, sql_bool(made.is_private),
             sql_text("orange"), position, next_ms()});
        made.id = database.last_id();
        if (const auto* item = body.if_contains("item"); item && item->is_object())
            add_item(call, made, item->get_object(), {});
    });
    std::optional<Collection> stored;
    database.row("SELECT " + std::string(columns) + " FROM collections WHERE id=?", {made.id},
                 [&](const Row& row) { stored = collection_of(row); });
    return json_response(render(call, *stored, all_items));
}

Response get(Call& call) { return json_response(render(call, find(call), all_items)); }

Response update(Call& call) {
    Collection collection = find_writable(call);
    const auto parsed = parse_json(call.request.body);
    const auto& body = as_object(parsed);
    if (const auto title = string_member(body, "title")) collection.title = *title;
    if (const auto description = string_member(body, "description")) collection.description = *description;
    if (const auto theme = string_member(body, "theme")) collection.theme = *theme;
    collection.is_private = bool_member(body, "private").value_or(collection.is_private);
    if (const auto position = size_member(body, "position")) collection.position = static_cast<std::int64_t>(*position);
    if (collection.title.empty()) throw bad_request("\"title\" must not be empty");
    collection.slug = slug_of(collection.owner, collection.title, collection.oid);
    collection.last_updated = next_ms();
    call.hub.database.run(
        "UPDATE collections SET title=?, description=?, theme=?, private=?, position=?, slug=?, last_updated=? WHERE "
        "id=?",
        {collection.title, collection.description, collection.theme, sql_bool(collection.is_private),
         collection.position, collection.slug, collection.last_updated, collection.id});
    return json_response(json::object{{"success", true}, {"data", render(call, collection, all_items)}});
}

Response remove(Call& call) {
    const Collection collection = find_writable(call);
    call.hub.database.run("DELETE FROM collections WHERE id=?", {collection.id});
    return json_response(json::object{{"success", true}});
}

void add_item(const Call& call, const Collection& collection, const json::object& item, std::string_view note) {
    const std::string type(required_string(item, "type"));
    std::string id(required_string(item, "id"));
    if (const auto repo_type = parse_repo_type(type)) {
        const auto repo = call.hub.repos.find(*repo_type, id);
        if (!repo || (repo->is_private && !call.who->may_read(repo->author))) throw not_found("Item not found: " + id);
        id = repo->full_id;
    } else if (type != "paper" && type != "collection" && type != "bucket") {
        throw bad_request("Invalid item type: " + type);
    }
    auto& database = call.hub.database;
    const auto position =
        database.number("SELECT max(position)+1 FROM collection_items WHERE collection_id=?", {collection.id});
    const auto added = database.run(
        "INSERT INTO collection_items(oid, collection_id, type, item_id, note, position) "
        "VALUES(?,?,?,?,?,?) ON CONFLICT DO NOTHING",
        {new_object_id(), collection.id, type, id, note.empty() ? SqlValue(nullptr) : sql_text(note), position});
    if (added == 0) throw conflict("Item already in the collection");
    touch(call, collection);
}

Response create_item(Call& call) {
    const Collection collection = find_writable(call);
    const auto parsed = parse_json(call.request.body);
    const auto& body = as_object(parsed);
    const auto* item = body.if_contains("item");
    if (!item) throw bad_request("\"item\" is required");
    call.hub.database.transaction([&] {
        add_item(call, collection, as_object(*item, "item"), string_member(body, "note").value_or(std::string_view()));
    });
    return json_response(render(call, find(call), all_items));
}

Response update_item(Call& call) {
    const Collection collection = find_writable(call);
    const std::string& oid = call.params.names.at(0);
    const auto parsed = parse_json(call.request.body);
    const auto& body = as_object(parsed);
    auto& database = call.hub.database;
    database.transaction([&] {
        auto items = items_of(call.hub, collection);
        const auto at = std::ranges::find(items, oid, &Item::oid);
        if (at == items.end()) throw not_found("Item not found");
        if (const auto note = string_member(body, "note"))
            database.run("UPDATE collection_items SET note=? WHERE oid=?", {sql_text(*note), oid});
        const auto position = size_member(body, "position");
        if (!position) return;
        const Item moved = *at;
        items.erase(at);
        items.insert(items.begin() + static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(*position, items.size())),
                     moved);
        for (std::size_t i = 0; i < items.size(); ++i)
            database.run("UPDATE collection_items SET position=? WHERE oid=?",
                         {static_cast<std::int64_t>(i), items[i].oid});
    });
    touch(call, collection);
    return json_response(json::object{{"success", true}});
}

Response remove_item(Call& call) {
    const Collection collection = find_writable(call);
    if (call.hub.database.run("DELETE FROM collection_items WHERE collection_id=? AND oid=?",
                              {collection.id, call.params.names.at(0)}) == 0)
        throw not_found("Item not found");
    touch(call, collection);
    return json_response(json::object{{"success", true}});
}

}  // namespace

void add_collection_routes(Router& router) {
    constexpr const char* one = "/api/collections/{repo}";
    constexpr const char* item = "/api/collections/{repo}/items/{name}";
    router.add({.name = "collections", .method = "GET", .pattern = "/api/collections", .handler = list});
    router.add({.name = "create_collection", .method = "POST", .pattern = "/api/collections", .handler = create});
    router.add({.name = "add_collection_item",
                .method = "POST",
                .pattern = "/api/collections/{repo}/items",
                .handler = create_item});
    router.add({.name = "update_collection_item", .method = "PATCH", .pattern = item, .handler = update_item});
    router.add({.name = "delete_collection_item", .method = "DELETE", .pattern = item, .handler = remove_item});
    router.add({.name = "collection", .method = "GET", .pattern = one, .handler = get});
    router.add({.name = "update_collection", .method = "PATCH", .pattern = one, .handler = update});
    router.add({.name = "delete_collection", .method = "DELETE", .pattern = one, .handler = remove});
}

}  // namespace hf::local_hub
