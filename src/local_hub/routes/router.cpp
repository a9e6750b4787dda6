#include "local_hub/routes/router.hpp"

#include "core/text.hpp"

#include <hf/core/url.hpp>

namespace hf::local_hub {
namespace {

struct Segment {
    std::string_view text;
    std::size_t begin, end;  // in the path
};

class Matcher {
public:
    Matcher(const std::vector<std::string>& pattern, const std::vector<Segment>& path,
            const Router::IsBareRepo* is_bare_repo, Params& out)
        : pattern_(pattern), path_(path), is_bare_repo_(is_bare_repo), out_(out) {}

    bool run(std::size_t p = 0, std::size_t s = 0) {
        if (p == pattern_.size()) return s == path_.size();
        const std::string& want = pattern_[p];
        if (want[0] != '{') return s < path_.size() && path_[s].text == want && run(p + 1, s + 1);
        if (want == "{type}") return type(p, s);
        if (want == "{prefix}") return prefix(p, s);
        if (want == "{repo}" || want == "{repo.git}") return repo(p, s, want == "{repo.git}");
        if (want == "{rev}") return revision(p, s);
        if (want == "{path}") return rest(s);
        if (s == path_.size()) return false;
        out_.names.push_back(unquote(path_[s].text));
        if (run(p + 1, s + 1)) return true;
        out_.names.pop_back();
        return false;
    }

private:
    bool type(std::size_t p, std::size_t s) {
        if (s == path_.size()) return false;
        const auto found = parse_repo_type(path_[s].text);
        if (!found || path_[s].text != plural(*found)) return false;
        out_.type = *found;
        return run(p + 1, s + 1);
    }

    bool prefix(std::size_t p, std::size_t s) {
        if (s < path_.size())
            for (const auto kind : {RepoType::dataset, RepoType::space})
                if (path_[s].text == plural(kind)) {
                    out_.type = kind;
                    if (run(p + 1, s + 1)) return true;
                }
        out_.type = RepoType::model;
        return run(p + 1, s);
    }

    bool repo(std::size_t p, std::size_t s, bool git) {
        for (const std::size_t count : {2u, 1u}) {
            if (s + count > path_.size()) continue;
            std::string id = unquote(path_[s].text);
            if (count == 2) id += "/" + unquote(path_[s + 1].text);
            std::size_t end = path_[s + count - 1].end;
            if (git) {
                if (!id.ends_with(".git")) continue;
                id.resize(id.size() - 4);
                end -= 4;
            }
            out_.repo = std::move(id);
            out_.repo_begin = path_[s].begin;
            out_.repo_end = end;
            if (run(p + 1, s + count)) return count == 2 || !is_bare_repo_ || (*is_bare_repo_)(out_.type, out_.repo);
        }
        return false;
    }

    bool revision(std::size_t p, std::size_t s) {
        if (s + 3 <= path_.size() && path_[s].text == "refs") {
            out_.revision = "refs/" + unquote(path_[s + 1].text) + "/" + unquote(path_[s + 2].text);
            if (run(p + 1, s + 3)) return true;
        }
        if (s == path_.size()) return false;
        out_.revision = unquote(path_[s].text);
        return run(p + 1, s + 1);
    }

    bool rest(std::size_t s) {
        if (s == path_.size()) return false;
        out_.path.clear();
        for (; s < path_.size(); ++s) {
            if (!out_.path.empty()) out_.path += '/';
            out_.path += unquote(path_[s].text);
        }
        return true;
    }

    const std::vector<std::string>& pattern_;
    const std::vector<Segment>& path_;
    const Router::IsBareRepo* is_bare_repo_;  // null: everything may be one
    Params& out_;
};

}  // namespace

void Router::add(const Route& route) {
    Entry entry{route, {}};
    for (const auto part : split(std::string_view(route.pattern).substr(1), '/')) entry.pattern.emplace_back(part);
    entries_.push_back(std::move(entry));
}

Router::Match Router::match(std::string_view method, std::string_view path, bool lfs_origin,
                            const IsBareRepo& is_bare_repo) const {
    std::vector<Segment> segments;
    for (std::size_t begin = 1; begin <= path.size();) {
        auto end = path.find('/', begin);
        if (end == path.npos) end = path.size();
        if (end > begin) segments.push_back({path.substr(begin, end - begin), begin, end});
        begin = end + 1;
    }
    const std::string_view wanted = method == "HEAD" ? "GET" : method;
    for (const IsBareRepo* check : {&is_bare_repo, static_cast<const IsBareRepo*>(nullptr)}) {
        for (const auto& entry : entries_) {
            if (entry.route.lfs_origin != lfs_origin || wanted != entry.route.method) continue;
            const auto& first = entry.pattern.front();
            if (first[0] != '{' && (segments.empty() || segments.front().text != first)) continue;
            Match out;
            out.route = &entry.route;
            if (Matcher(entry.pattern, segments, check, out.params).run()) return out;
        }
    }
    return {};
}

}  // namespace hf::local_hub
