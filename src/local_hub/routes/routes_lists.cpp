#include "core/text.hpp"
#include "local_hub/http/base64url.hpp"
#include "local_hub/http/http_error.hpp"
#include "local_hub/routes/repo_json.hpp"
#include "local_hub/routes/routes.hpp"
#include "local_hub/routes/space_json.hpp"
#include "local_hub/rules/access.hpp"
#include "local_hub/rules/hub.hpp"

#include <hf/core/url.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace hf::local_hub {
namespace {

RepoFilter::Sort sort_of(std::string_view name) {
    if (name.empty() || name == "trendingScore" || name == "trending_score" || name == "id" || name == "_id")
        return RepoFilter::Sort::id;
    if (name == "lastModified" || name == "last_modified") return RepoFilter::Sort::last_modified;
    if (name == "createdAt" || name == "created_at") return RepoFilter::Sort::created_at;
    if (name == "likes" || name == "likes7d" || name == "likes30d") return RepoFilter::Sort::likes;
    if (name == "downloads" || name == "downloadsAllTime") return RepoFilter::Sort::downloads;
    throw bad_request("Invalid sort: " + std::string(name));
}

std::int64_t sort_value(const Repo& repo, RepoFilter::Sort sort) {
    switch (sort) {
        case RepoFilter::Sort::created_at: return repo.created_at;
        case RepoFilter::Sort::last_modified: return repo.last_modified;
        case RepoFilter::Sort::likes: return repo.likes;
        case RepoFilter::Sort::downloads: return repo.downloads;
        case RepoFilter::Sort::id: break;
    }
    return repo.id;
}

std::size_t page_size(const Call& call) {
    const std::size_t largest = call.hub.config.list_page_size;
    const auto text = call.request.query.find("limit");
    if (!text) return largest;
    const auto limit = to_number<std::size_t>(*text);
    if (!limit) throw bad_request("\"limit\" must be a whole number");
    return std::min(std::max<std::size_t>(*limit, 1), largest);
}

void read_cursor(const Query& query, RepoFilter& filter) {
    const auto cursor = query.find("cursor");
    if (!cursor) return;
    const auto text = base64url_decode(*cursor);
    boost::system::error_code failed;
    json::value parsed;
    if (text) parsed = json::parse(*text, failed);
    const auto* parts = parsed.if_array();
    if (failed || !parts || parts->size() != 2 || !(*parts)[0].is_int64() || !(*parts)[1].is_int64())
        throw bad_request("Invalid cursor");
    filter.has_cursor = true;
    filter.after_value = std::to_string((*parts)[0].get_int64());
    filter.after_id = (*parts)[1].get_int64();
}

RepoFilter filter_of(const Call& call) {
    const auto& query = call.request.query;
    RepoFilter out;
    out.type = call.params.type;
    out.author = query.get("author");
    out.search = query.get("search");
    for (const char* name : {"filter", "pipeline_tag", "tags"})
        for (const auto& value : query.all(name))
            for (const auto tag : split(value, ','))
                if (!tag.empty()) out.tags.emplace_back(tag);
    if (out.type == RepoType::space) {
        out.models = query.all("models");
        out.datasets = query.all("datasets");
        out.linked = query.flag("linked");
    }
    constexpr std::size_t most = 100;  // SQLite nests expressions a thousand deep
    if (out.tags.size() + out.models.size() + out.datasets.size() > most)
        throw bad_request("Too many filters: at most " + std::to_string(most));
    if (const auto gated = query.find("gated")) out.gated = *gated == "true" || *gated == "True" ? "true" : "false";
    out.sort = sort_of(query.get("sort"));
    out.descending = query.get("direction", "-1") != "1";
    out.limit = page_size(call);
    read_cursor(query, out);
    if (!call.who->anonymous()) {
        out.visible_namespaces.push_back(call.who->name());
        for (const auto& membership : call.who->memberships) out.visible_namespaces.push_back(membership.org.name);
    }
    return out;
}

// The members of a short entry, in a listing without "full".
json::object short_entry(const json::object& all, RepoType type) {
    json::object out;
    for (const char* name :
         {"_id", "id", "likes", "private", "downloads", "tags", "pipeline_tag", "library_name", "createdAt", "modelId"})
        if (const auto* value = all.if_contains(name)) out[name] = *value;
    if (type != RepoType::model)
        for (const char* name : {"author", "sha", "lastModified", "gated", "disabled", "sdk"})
            if (const auto* value = all.if_contains(name)) out[name] = *value;
    return out;
}

std::string entry_json(Call& call, const Repo& repo, const std::vector<std::string>& names) {
    const auto& query = call.request.query;
    json::object all = repo_summary(repo);
    const bool wants_card = query.flag("cardData") || std::ranges::find(names, "cardData") != names.end();
    if (wants_card && !repo.card.empty()) all["cardData"] = json::parse(repo.card);
    bool siblings = query.flag("full");
    json::object out;
    if (!names.empty()) {
        out = {{"_id", repo.oid}, {"id", repo.full_id}};
        if (repo.type == RepoType::space) add_space_members(call.hub, repo, all);
        for (const auto& name : names)
            if (const auto* value = all.if_contains(name)) out[name] = *value;
        siblings = std::ranges::find(names, "siblings") != names.end();
    } else {
        out = siblings ? all : short_entry(all, repo.type);
        if (wants_card && !repo.card.empty()) out["cardData"] = all["cardData"];
    }
    if (!siblings) return json::serialize(out);
    return with_member(out, "siblings", call.hub.git.listing(repo.oid, repo.sha)->siblings(false));
}

// The query of the next page: the caller's own, with a new cursor.
std::string next_query(const Query& query, const std::string& cursor) {
    std::string out;
    for (const auto& [name, value] : query)
        if (name != "cursor") out += quoted_parameter(name, value) + "&";
    return out + "cursor=" + quote_plus(cursor);
}

Response list(Call& call) {
    RepoFilter filter = filter_of(call);
    const std::size_t page = filter.limit;
    ++filter.limit;  // one more tells whether there is a next page
    auto found = call.hub.repos.list(filter);
    const bool more = found.size() > page;
    if (more) found.resize(page);
    const auto names = expansions(call.request.query);
    std::string body = "[";
    for (const auto& repo : found) {
        if (body.size() > 1) body += ',';
        body += entry_json(call, repo, names);
    }
    body += ']';
    Response out = json_text(std::move(body));
    if (more) {
        const auto& last = found.back();
        const std::string cursor =
            base64url_encode("[" + std::to_string(sort_value(last, filter.sort)) + "," + std::to_string(last.id) + "]");
        out.set("Link", next_link(call, next_query(call.request.query, cursor)));
    }
    return out;
}

// Facets of the catalogue: every tag that a visible repository has, by the kind that its form tells.
Response tags_by_type(Call& call, RepoType type) {
    std::map<std::string, json::array> groups;
    for (const char* group : {"library", "language", "license", "dataset", "region", "pipeline_tag", "other"})
        if (type == RepoType::model || std::string_view(group) != "pipeline_tag") groups[group];
    call.hub.database.rows(
        "SELECT DISTINCT tag, pipeline_tag IS tag, library_name IS tag FROM repo_tags JOIN repos ON id=repo_id "
        "WHERE type=? AND private=0 ORDER BY tag",
        {std::int64_t(type)}, [&](const Row& row) {
            const std::string tag = row.text(0);
            const auto colon = tag.find(':');
            std::string group = colon == tag.npos ? "other" : tag.substr(0, colon);
            if (row.integer(1)) group = "pipeline_tag";
            if (row.integer(2)) group = "library";
            groups[group].push_back(
                json::object{{"id", tag}, {"label", colon == tag.npos ? tag : tag.substr(colon + 1)}, {"type", group}});
        });
    json::object out;
    for (auto& [group, tags] : groups) out[group] = std::move(tags);
    return json_response(out);
}

}  // namespace

void add_list_routes(Router& router) {
    router.add({.name = "list_repos", .method = "GET", .pattern = "/api/{type}", .handler = list});
    router.add(
        {.name = "model_tags", .method = "GET", .pattern = "/api/models-tags-by-type", .handler = [](Call& call) {
             return tags_by_type(call, RepoType::model);
         }});
    router.add(
        {.name = "dataset_tags", .method = "GET", .pattern = "/api/datasets-tags-by-type", .handler = [](Call& call) {
             return tags_by_type(call, RepoType::dataset);
         }});
}

}  // namespace hf::local_hub
