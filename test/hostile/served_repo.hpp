#pragma once

#include "files.hpp"
#include "hostile_fixture.hpp"

#include <hf/core/url.hpp>

#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace hf::test {

/// A server with one repository, me/repo, whose answers are honest but for what a test changes.
class ServedRepo : public HostileFixture {
public:
    ServedRepo() {
        answer = [this](const ReceivedRequest& request) { return honest(request); };
    }

    ScriptedAnswer honest(const ReceivedRequest& request) {
        const std::string path(request.path());
        if (path.find("/revision/") != path.npos) return json(head());
        if (path.find("/tree/") != path.npos) {
            ++trees;
            return tree ? json(*tree) : json(listed());
        }
        for (const auto& [name, content] : files) {
            if (path.ends_with("/" + quote(name))) return serve(content, request.method == "HEAD");
        }
        return error(404, "EntryNotFound");
    }

    std::string head() const {
        std::string names;
        for (const auto& [name, content] : files) names += (names.empty() ? "" : ",") + ("{\"rfilename\":\"" + name + "\"}");
        return "{\"sha\":\"" + sha + "\",\"siblings\":[" + names + "]}";
    }
    std::string listed() const {
        std::string entries;
        for (const auto& [name, content] : files) entries += (entries.empty() ? "" : ",") + entry(name, content);
        return "[" + entries + "]";
    }
    ScriptedAnswer serve(const std::string& content, bool head_only) const {
        ScriptedAnswer out;
        out.headers = {{"ETag", "\"" + git_oid(content) + "\""}, {"X-Repo-Commit", sha}};
        if (head_only) out.headers.emplace_back("Content-Length", std::to_string(content.size()));
        out.body = content;
        return out;
    }

    void mirror(bool remove_deleted = false, bool verify = false) {
        MirrorOptions options;
        options.remove_deleted = remove_deleted;
        options.verify = verify;
        run(client().mirror("me/repo", mirrored.string(), options));
    }
    std::string snapshot(const std::string& revision = {}, bool offline = false) {
        SnapshotDownloadOptions options;
        options.revision = revision;
        options.local_files_only = offline;
        return run(client().snapshot_download("me/repo", options));
    }
    std::string download(const std::string& name, const std::filesystem::path& local_dir = {}, bool offline = false) {
        const std::string folder = local_dir.string();
        HfHubDownloadOptions options;
        options.local_dir = folder;
        options.local_files_only = offline;
        return run(client().hf_hub_download("me/repo", name, options));
    }

    static std::string read(const std::filesystem::path& path) { return test::read_file(path); }
    static void write(const std::filesystem::path& path, std::string_view content) {
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary) << content;
    }
    static void link(const std::filesystem::path& target, const std::filesystem::path& path) {
        std::filesystem::create_directories(path.parent_path());
        std::filesystem::create_symlink(target, path);
    }

    std::map<std::string, std::string> files = {{"a.txt", "hello\n"}, {"sub/b.txt", "world\n"}};
    std::optional<std::string> tree;  ///< in place of the true one
    std::string sha = commit;
    int trees = 0;  ///< requests of it
    std::filesystem::path mirrored = path() / "data" / "mirror";
    std::filesystem::path cache = home / "hub" / "models--me--repo";
};

}  // namespace hf::test
