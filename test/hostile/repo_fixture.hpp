#pragma once

#include "files.hpp"
#include "hostile_fixture.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hf::test {

/// The model "me/repo" of regular files, on a server that can lie about it.
class RepoFixture : public HostileFixture {
public:
    using Files = std::map<std::string, std::string>;

    RepoFixture() {
        answer = [this](const ReceivedRequest& request) { return serve(request); };
    }

    Files files;                               ///< of the commit
    std::optional<Files> listed;               ///< what the tree lists instead
    std::string extra_entries;                 ///< text behind the tree's entries
    bool siblings = true;                      ///< the revision's answer names the files
    std::map<std::string, unsigned> broken;    ///< files that are answered with an error
    std::optional<ScriptedAnswer> all_broken;  ///< the answer for each file
    std::optional<ScriptedAnswer> closed;      ///< the answer for everything
    std::string commit_now = commit;
    std::string repo = "me/repo";
    std::vector<std::string> asked;  ///< paths

    int count(std::string_view part) const {
        return static_cast<int>(std::ranges::count_if(
            asked, [part](const std::string& path) { return path.find(part) != std::string::npos; }));
    }
    static std::string read(const std::filesystem::path& path) { return test::read_file(path); }
    /// The files below a folder, without what clients keep there.
    static Files held(const std::filesystem::path& folder) {
        Files out;
        if (!std::filesystem::exists(folder)) return out;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
            const std::string name = entry.path().lexically_relative(folder).generic_string();
            if (!entry.is_directory() && !name.starts_with(".cache/")) out[name] = read(entry.path());
        }
        return out;
    }
    /// Where older versions kept the records of a mirror.
    std::filesystem::path old_records(const std::filesystem::path& folder) const {
        const std::string key = endpoint() + "\nmodels/me/repo\n" + folder.string();
        return home / "hfhub/mirrors" / sha256_hex(key).substr(0, 32);
    }

private:
    ScriptedAnswer serve(const ReceivedRequest& request) {
        const std::string path(request.path());
        asked.push_back(path);
        if (closed) return *closed;
        const std::string api = "/api/models/" + repo, resolve = "/" + repo + "/resolve/" + commit_now + "/";
        if (path.starts_with(api + "/revision/")) return json(revision());
        if (path.starts_with(api + "/tree/")) return json(tree());
        if (!path.starts_with(resolve)) return error(404, "RepoNotFound");
        const std::string name = path.substr(resolve.size());
        if (all_broken) return *all_broken;
        if (const auto bad = broken.find(name); bad != broken.end()) return error(bad->second);
        const auto found = files.find(name);
        if (found == files.end()) return error(404, "EntryNotFound");
        ScriptedAnswer out;
        out.headers = {{"ETag", '"' + git_oid(found->second) + '"'}, {"X-Repo-Commit", commit_now}};
        out.body = found->second;
        return out;
    }
    std::string revision() const {
        std::string out = R"({"sha":")" + commit_now + '"';
        if (siblings) {
            out += R"(,"siblings":[)";
            for (const auto& [name, content] : files)
                out += std::string(out.ends_with('[') ? "" : ",") + R"({"rfilename":")" + name + R"("})";
            out += "]";
        }
        return out + "}";
    }
    std::string tree() const {
        std::string out = "[";
        for (const auto& [name, content] : listed.value_or(files))
            out += (out.size() > 1 ? "," : "") + entry(name, content);
        return out + extra_entries + "]";
    }
};

}  // namespace hf::test
