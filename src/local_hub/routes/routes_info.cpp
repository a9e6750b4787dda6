#include "local_hub/http/http_error.hpp"
#include "local_hub/routes/repo_json.hpp"
#include "local_hub/routes/routes.hpp"
#include "local_hub/routes/space_json.hpp"
#include "local_hub/rules/access.hpp"
#include "local_hub/rules/hub.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace hf::local_hub {
namespace {

// What the Hub shows of a model's config.json.
json::value model_config(GitRepo& git, const Listing& files) {
    const auto* entry = files.find("config.json");
    json::object out;
    constexpr std::uint64_t max_config = 1u << 20;
    if (!entry || entry->is_folder || entry->lfs || entry->size > max_config) return out;
    boost::system::error_code failed;
    const auto parsed = json::parse(git.blob(entry->oid), failed);
    if (failed || !parsed.is_object()) return out;
    for (const char* name : {"architectures", "model_type", "auto_map", "quantization_config"})
        if (const auto* value = parsed.get_object().if_contains(name)) out[name] = *value;
    return out;
}

struct Info {
    Repo repo;
    json::object body;
    ListingPtr files;
};

Info full_info(Call& call) {
    Info out{readable_repo(call), {}, nullptr};
    GitRepo git = call.hub.git.open(out.repo.oid);
    if (!call.params.revision.empty()) {
        out.repo.sha = git.resolve(call.params.revision).commit;
        out.repo.last_modified = git.commit(out.repo.sha).time_ms;
    }
    out.files = git.listing(out.repo.sha);
    out.body = repo_summary(out.repo);
    if (!out.repo.card.empty()) out.body["cardData"] = json::parse(out.repo.card);
    out.body["usedStorage"] = out.files->total_size();
    if (out.repo.type == RepoType::model) {
        out.body["model-index"] = nullptr;
        out.body["config"] = model_config(git, *out.files);
        out.body["spaces"] = json::array();
    }
    if (out.repo.type == RepoType::space) add_space_members(call.hub, out.repo, out.body);
    if (call.request.query.flag("securityStatus"))
        out.body["securityRepoStatus"] = json::object{{"scansDone", false}, {"filesWithIssues", json::array()}};
    return out;
}

// Members that the summary lacks and that "expand" may ask for.
json::value expanded_member(Call& call, Info& info, const std::string& name) {
    if (name == "downloadsAllTime") return info.repo.downloads;
    if (name == "trendingScore") return 0;
    if (name == "childrenModelCount")
        return json::object{{"adapter", 0}, {"merge", 0}, {"quantized", 0}, {"finetune", 0}};
    if (name == "inferenceProviderMapping") return json::object();
    if (name == "resourceGroup" || name == "safetensors" || name == "transformersInfo" || name == "widgetData" ||
        name == "baseModels" || name == "mask_token" || name == "inference" || name == "gguf" ||
        name == "evalResults" || name == "citation" || name == "description" || name == "paperswithcode_id")
        return nullptr;
    if (name == "xetEnabled") return false;
    if (name == "runtime") return space_runtime(call.hub, info.repo);
    throw bad_request("Invalid expand: " + name);
}

Response expanded_info(Call& call, Info& info, const std::vector<std::string>& names) {
    json::object out{{"_id", info.repo.oid}, {"id", info.repo.full_id}};
    bool siblings = false;
    for (const auto& name : names) {
        if (name == "siblings")
            siblings = true;
        else if (const auto* known = info.body.if_contains(name))
            out[name] = *known;
        else if (name != "cardData" && name != "pipeline_tag" && name != "library_name" && name != "sdk" &&
                 name != "author")
            if (auto value = expanded_member(call, info, name); !value.is_null()) out[name] = std::move(value);
    }
    if (siblings) return json_text(with_member(out, "siblings", info.files->siblings(false)));
    return json_response(out);
}

Response info(Call& call) {
    Info all = full_info(call);
    const auto names = expansions(call.request.query);
    if (!names.empty()) return expanded_info(call, all, names);
    const auto& siblings = all.files->siblings(call.request.query.flag("blobs"));
    return json_text(with_member(all.body, "siblings", siblings));
}

}  // namespace

void add_info_routes(Router& router) {
    router.add({.name = "repo_info", .method = "GET", .pattern = "/api/{type}/{repo}/revision/{rev}", .handler = info});
    router.add({.name = "repo_info", .method = "GET", .pattern = "/api/{type}/{repo}", .handler = info});
}

}  // namespace hf::local_hub
