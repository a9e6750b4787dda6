#include "local_hub/routes/repo_json.hpp"

#include "core/json_access.hpp"
#include "core/text.hpp"
#include "local_hub/data/clock.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace hf::local_hub {

json::value gated_value(const Repo& repo) {
    if (repo.gated.empty()) return false;
    return json::value(json::string(repo.gated));
}

json::object repo_summary(const Repo& repo) {
    json::object out{{"_id", repo.oid}, {"id", repo.full_id}};
    if (!repo.author.empty()) out["author"] = repo.author;
    out["sha"] = repo.sha;
    out["lastModified"] = iso_time(repo.last_modified);
    out["private"] = repo.is_private;
    out["gated"] = gated_value(repo);
    out["disabled"] = repo.disabled;
    out["tags"] = json::parse(repo.tags);
    out["downloads"] = repo.downloads;
    out["likes"] = repo.likes;
    if (!repo.library_name.empty()) out["library_name"] = repo.library_name;
    if (!repo.pipeline_tag.empty()) out["pipeline_tag"] = repo.pipeline_tag;
    if (repo.type == RepoType::space && !repo.sdk.empty()) out["sdk"] = repo.sdk;
    out["createdAt"] = iso_time(repo.created_at);
    if (repo.type == RepoType::model) out["modelId"] = repo.full_id;
    return out;
}

std::string with_member(const json::object& object, std::string_view name, std::string_view member_json) {
    std::string out = json::serialize(object);
    out.pop_back();
    if (!object.empty()) out += ',';
    return out.append(json_quoted(name)).append(":").append(member_json).append("}");
}

std::vector<std::string> expansions(const Query& query) {
    std::vector<std::string> out;
    for (const auto& value : query.all("expand"))
        for (const auto part : split(value, ','))
            if (!part.empty()) out.emplace_back(part);
    return out;
}

}  // namespace hf::local_hub
