#include "core/json_access.hpp"
#include "local_hub/data/clock.hpp"
#include "local_hub/http/base64url.hpp"
#include "local_hub/http/http_error.hpp"
#include "local_hub/http/json_body.hpp"
#include "local_hub/routes/routes.hpp"
#include "local_hub/rules/access.hpp"
#include "local_hub/rules/hub.hpp"

#include <hf/core/url.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <charconv>

namespace hf::local_hub {
namespace {

void append_entry(std::string& out, const TreeEntry& entry, std::string_view xet_id, const CommitRecord* last) {
    if (out.size() > 1) out += ',';
    out += entry.is_folder ? R"({"type":"directory","oid":")" : R"({"type":"file","oid":")";
    out.append(entry.oid).append("\",\"size\":").append(std::to_string(entry.size));
    if (entry.lfs) {
        out.append(R"(,"lfs":{"oid":")").append(entry.lfs->sha256);
        out.append("\",\"size\":").append(std::to_string(entry.lfs->size));
        out.append(",\"pointerSize\":").append(std::to_string(entry.lfs->pointer_size)).append("}");
        if (!xet_id.empty()) out.append(R"(,"xetHash":")").append(xet_id).append("\"");
    }
    out.append(",\"path\":").append(json_quoted(entry.path));
    if (last) {
        out.append(R"(,"lastCommit":{"id":")")
            .append(last->id)
            .append("\",\"title\":")
            .append(json_quoted(last->title));
        out.append(",\"date\":\"").append(iso_time(last->time_ms)).append("\"}");
        // Nothing is scanned here, and the answer says so.
        if (!entry.is_folder)
            out += R"(,"securityFileStatus":{"status":"unscanned","avScan":{"status":"unscanned"},)"
                   R"("pickleImportScan":{"status":"unscanned","pickleImports":[]}})";
    }
    out += '}';
}

std::string entries_json(Hub& hub, GitRepo* git, const std::string& commit,
                         const std::vector<const TreeEntry*>& entries) {
    std::vector<CommitRecord> last;
    if (git) {
        std::vector<std::string> paths;
        for (const auto* entry : entries) paths.push_back(entry->path);
        last = git->last_commits(commit, paths);
    }
    std::vector<std::string> objects;
    for (const auto* entry : entries)
        if (entry->lfs) objects.push_back(entry->lfs->sha256);
    const auto xet_ids = hub.xet_ids(objects);
    std::string out = "[";
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const auto id = entries[i]->lfs ? xet_ids.find(entries[i]->lfs->sha256) : xet_ids.end();
        append_entry(out, *entries[i], id == xet_ids.end() ? std::string_view() : id->second, git ? &last[i] : nullptr);
    }
    return out + "]";
}

struct Place {
    Repo repo;
    std::string commit;
    ListingPtr files;
};

Place place_of(const Call& call) {
    Place out{readable_repo(call), {}, nullptr};
    const auto& revision = call.params.revision;
    // The most frequent questions need no look at the repository.
    if (revision == "main" || revision == out.repo.sha)
        out.commit = out.repo.sha;
    else
        out.commit = call.hub.git.open(out.repo.oid).resolve(revision).commit;
    out.files = call.hub.git.listing(out.repo.oid, out.commit);
    return out;
}

// Position of the folder's first entry, and its prefix "folder/".
std::size_t folder_start(const Place& place, std::string folder, const std::string& revision, std::string& prefix) {
    while (folder.ends_with('/')) folder.pop_back();
    if (folder.empty()) return 0;
    const auto* entry = place.files->find(folder);
    if (!entry || !entry->is_folder) {
        HttpError missing(404, folder + " does not exist on \"" + revision + "\"", "EntryNotFound");
        throw std::move(missing).with("X-Repo-Commit", place.commit);
    }
    prefix = folder + "/";
    return static_cast<std::size_t>(entry - place.files->entries().data()) + 1;
}

std::size_t limit_of(const Query& query, std::size_t largest) {
    const auto text = query.find("limit");
    if (!text) return largest;
    std::size_t limit = 0;
    std::from_chars(text->data(), text->data() + text->size(), limit);
    if (limit == 0) throw bad_request("\"limit\" must be a positive whole number");
    return std::min(limit, largest);
}

// Entries of the folder in answer order: folders first when one level is asked, as on the Hub.
std::vector<const TreeEntry*> folder_entries(const Place& place, const std::string& prefix, std::size_t start,
                                             bool recursive) {
    std::vector<const TreeEntry*> folders, out;
    const auto& all = place.files->entries();
    for (std::size_t i = start; i < all.size() && all[i].path.starts_with(prefix); ++i) {
        if (recursive)
            out.push_back(&all[i]);
        else if (all[i].path.find('/', prefix.size()) == std::string::npos)
            (all[i].is_folder ? folders : out).push_back(&all[i]);
    }
    out.insert(out.begin(), folders.begin(), folders.end());
    return out;
}

std::size_t cursor_position(const Query& query, const std::vector<const TreeEntry*>& entries) {
    const auto cursor = query.find("cursor");
    if (!cursor) return 0;
    const auto path = base64url_decode(*cursor);
    const auto at = std::ranges::find_if(entries, [&](const TreeEntry* entry) { return path && entry->path == *path; });
    if (at == entries.end()) throw bad_request("Invalid cursor");
    return static_cast<std::size_t>(at - entries.begin()) + 1;
}

Response tree(Call& call) {
    const Place place = place_of(call);
    const auto& query = call.request.query;
    const bool recursive = query.flag("recursive"), expand = query.flag("expand");
    std::string prefix;
    const auto start = folder_start(place, call.params.path, call.params.revision, prefix);
    auto entries = folder_entries(place, prefix, start, recursive);
    const auto& config = call.hub.config;
    const auto limit = limit_of(query, expand ? config.expanded_tree_page_size : config.tree_page_size);
    const auto first = cursor_position(query, entries);
    entries.erase(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(first));
    const bool more = entries.size() > limit;
    if (more) entries.resize(limit);

    std::string body;
    if (expand) {
        GitRepo git = call.hub.git.open(place.repo.oid);
        body = entries_json(call.hub, &git, place.commit, entries);
    } else {
        body = entries_json(call.hub, nullptr, place.commit, entries);
    }
    Response out = json_text(std::move(body));
    out.set("X-Repo-Commit", place.commit);
    if (more) {
        std::string next = std::string("expand=") + (expand ? "true" : "false") +
                           "&recursive=" + (recursive ? "true" : "false") + "&limit=" + std::to_string(limit) +
                           "&cursor=" + base64url_encode(entries.back()->path);
        out.set("Link", next_link(call, next));
    }
    return out;
}

// The body is a form, or JSON with the same members.
struct PathsQuestion {
    std::vector<std::string> paths;
    bool expand = false;
};

PathsQuestion paths_question(const Request& request) {
    PathsQuestion out;
    if (request.field("Content-Type").find("json") == std::string_view::npos) {
        const Query form = Query::parse(request.body);
        out.paths = form.all("paths");
        out.expand = form.flag("expand");
        return out;
    }
    const auto parsed = parse_json(request.body);
    const auto& body = as_object(parsed);
    out.expand = bool_member(body, "expand").value_or(false);
    const auto* paths = body.if_contains("paths");
    if (!paths) throw bad_request("\"paths\" is required");
    if (const auto* one = paths->if_string()) out.paths.emplace_back(*one);
    if (const auto* list = paths->if_array())
        for (const auto& path : *list) {
            if (!path.is_string()) throw bad_request("\"paths\" must be strings");
            out.paths.emplace_back(path.get_string());
        }
    return out;
}

Response paths_info(Call& call) {
    const Place place = place_of(call);
    const auto question = paths_question(call.request);
    std::vector<const TreeEntry*> entries;
    for (std::string path : question.paths) {
        while (path.ends_with('/')) path.pop_back();
        if (const auto* entry = place.files->find(path)) entries.push_back(entry);
    }
    Response out;
    if (question.expand) {
        GitRepo git = call.hub.git.open(place.repo.oid);
        out = json_text(entries_json(call.hub, &git, place.commit, entries));
    } else {
        out = json_text(entries_json(call.hub, nullptr, place.commit, entries));
    }
    out.set("X-Repo-Commit", place.commit);
    return out;
}

Response tree_size(Call& call) {
    const Place place = place_of(call);
    std::string prefix;
    const auto start = folder_start(place, call.params.path, call.params.revision, prefix);
    std::uint64_t size = 0;
    const auto& all = place.files->entries();
    for (std::size_t i = start; i < all.size() && all[i].path.starts_with(prefix); ++i) size += all[i].size;
    const std::string path = prefix.empty() ? "/" : "/" + prefix.substr(0, prefix.size() - 1);
    return json_response(json::object{{"path", path}, {"size", size}});
}

}  // namespace

void add_tree_routes(Router& router) {
    router.add({.name = "tree", .method = "GET", .pattern = "/api/{type}/{repo}/tree/{rev}/{path}", .handler = tree});
    router.add({.name = "tree", .method = "GET", .pattern = "/api/{type}/{repo}/tree/{rev}", .handler = tree});
    router.add({.name = "paths_info",
                .method = "POST",
                .pattern = "/api/{type}/{repo}/paths-info/{rev}",
                .handler = paths_info});
    router.add({.name = "treesize",
                .method = "GET",
                .pattern = "/api/{type}/{repo}/treesize/{rev}/{path}",
                .handler = tree_size});
    router.add(
        {.name = "treesize", .method = "GET", .pattern = "/api/{type}/{repo}/treesize/{rev}", .handler = tree_size});
}

}  // namespace hf::local_hub
