#pragma once

#include "local_hub/rules/call.hpp"
#include "local_hub/rules/quotas.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hf::local_hub {

struct Route {
    using Handler = Response (*)(Call&);
    using Sink = std::unique_ptr<BodySink> (*)(Call&);

    const char* name;
    const char* method;   ///< "GET" answers HEAD as well
    const char* pattern;  ///< see Router::match
    Handler handler = nullptr;
    Sink sink = nullptr;
    Bucket bucket = Bucket::api;
    bool json_errors = true;
    bool lfs_origin = false;  ///< served at the second origin instead of the first
    bool checks_token = true;
    bool takes_bearer = false;  ///< asks for a token of the second origin instead
};

class Router {
public:
    struct Match {
        const Route* route = nullptr;  ///< null: no such route
        Params params;
    };
    /// Patterns are literal segments and: {type} = models|datasets|spaces; {prefix} = datasets|spaces or
    /// nothing; {repo} = one or two segments; {repo.git} = the same, a final ".git" cut off;
    /// {rev} = one segment, or three starting with "refs"; {name} = one; {path} = all the rest.
    /// The first route of the table that fits wins.
    /// "a/b" of two readings is "a/b" the repository rather than the bare repository "a" and a keyword,
    /// unless `is_bare_repo(type, "a")`.
    using IsBareRepo = std::function<bool(RepoType, const std::string&)>;
    Match match(std::string_view method, std::string_view path, bool lfs_origin, const IsBareRepo& is_bare_repo) const;

    void add(const Route& route);
    /// One without anything special.
    void add(const char* name, const char* method, const char* pattern, Route::Handler handler) {
        add({.name = name, .method = method, .pattern = pattern, .handler = handler});
    }

private:
    struct Entry {
        Route route;
        std::vector<std::string> pattern;
    };
    std::vector<Entry> entries_;
};

}  // namespace hf::local_hub
