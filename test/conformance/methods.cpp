#include "methods.hpp"

#include <map>

namespace hf::conformance {

namespace {

// Every call of hfhub gives an awaitable, which is what `run_as_future` asks for; nothing is printed, so that
// nothing need be silenced; two parameters were deprecated before v0.20.3, which does not look at them.
const std::map<std::string_view, std::vector<std::string_view>> ignored = {
    {"create_commit", {"run_as_future"}},  {"create_commits_on_pr", {"verbose"}},
    {"snapshot_download", {"tqdm_class"}}, {"update_repo_visibility", {"organization", "name"}},
    {"upload_file", {"run_as_future"}},    {"upload_folder", {"multi_commits_verbose", "run_as_future"}},
};

// A list that v0.20.3 gives as one object.
const std::map<std::string_view, std::string_view> renamed = {{"list_liked_repos", "get_liked_repos"}};

/// The call for one where the case gives one, else that for a list.
Method one_or_list(std::string_view parameter, Method one, Method list) {
    return [parameter, one = std::move(one), list = std::move(list)](Call& call) {
        return call.arguments.is_list(parameter) ? list(call) : one(call);
    };
}

void add(std::map<std::string_view, Method>& table, std::vector<MethodRow> rows) {
    for (auto& row : rows) {
        const auto it = ignored.find(row.name);
        if (it != ignored.end()) row.method = ignoring(it->second, std::move(row.method));
        if (row.list_parameter.empty())
            table.emplace(row.name, std::move(row.method));
        else
            table[row.name] = one_or_list(row.list_parameter, std::move(table.at(row.name)), std::move(row.method));
    }
}

}  // namespace

std::string own_name(std::string_view name) {
    for (const std::string_view module : {"huggingface_hub.", "hfhub."}) {
        if (!name.starts_with(module)) continue;
        name.remove_prefix(module.size());
        if (module == "hfhub.") return std::string(name);
    }
    const auto it = renamed.find(name);
    return std::string(it == renamed.end() ? name : it->second);
}

const Method* find_method(std::string_view name) {
    static const std::map<std::string_view, Method> table = [] {
        std::map<std::string_view, Method> out;
        for (auto rows : {commit_methods(), future_methods(), workflow_methods()}) add(out, std::move(rows));
        for (auto& header : declared_calls()) add(out, std::move(header.rows));
        return out;
    }();
    const auto it = table.find(name);
    return it == table.end() ? nullptr : &it->second;
}

}  // namespace hf::conformance
