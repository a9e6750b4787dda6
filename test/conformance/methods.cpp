#include "methods.hpp"

#include <map>

namespace hf::conformance {

const Method* find_method(std::string_view name) {
    static const std::map<std::string_view, Method> table = [] {
        std::map<std::string_view, Method> out;
        for (auto rows : {commit_methods(), download_methods(), file_methods(), listing_methods(), repo_methods(),
                          user_methods(), workflow_methods()}) {
            for (auto& row : rows) out.emplace(row.name, std::move(row.method));
        }
        return out;
    }();
    const auto it = table.find(name);
    return it == table.end() ? nullptr : &it->second;
}

}  // namespace hf::conformance
