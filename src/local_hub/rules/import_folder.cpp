#include "local_hub/rules/import_folder.hpp"

#include "local_hub/data/file.hpp"
#include "local_hub/git/gitattributes.hpp"

#include <hf/core/error.hpp>
#include <hf/core/hash.hpp>

#include <algorithm>
#include <set>
#include <vector>

namespace hf::local_hub {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_below(const fs::path& folder) {
    std::error_code failed;
    std::vector<fs::path> out;
    for (fs::recursive_directory_iterator it(folder, failed), end; !failed && it != end; it.increment(failed))
        if (it->is_regular_file() && it->path().filename() != ".git") out.push_back(it->path());
    if (failed) throw_file_system("cannot read", folder.string(), failed);
    std::ranges::sort(out);
    return out;
}

File open_file(const fs::path& path) {
    File file = File::open_existing(path.string());
    if (!file)
        throw_file_system("cannot read", path.string(),
                          make_error_code(boost::system::errc::no_such_file_or_directory));
    return file;
}

std::string read_all(const File& file) {
    std::string out(file.size(), '\0');
    std::size_t used = 0;
    while (used < out.size()) {
        const std::size_t n = file.read_at(out.data() + used, out.size() - used, used);
        if (n == 0) break;
        used += n;
    }
    out.resize(used);
    return out;
}

std::string store_lfs(Hub& hub, const Repo& repo, const File& file) {
    LfsStore::Incoming incoming(hub.lfs);
    std::vector<char> buffer(1u << 20);
    std::uint64_t position = 0;
    while (const std::size_t n = file.read_at(buffer.data(), buffer.size(), position)) {
        incoming.write(buffer.data(), n);
        position += n;
    }
    const std::string oid = incoming.finish_hash();
    incoming.publish(oid);
    hub.link_lfs(repo.id, oid, position);
    return lfs_pointer_text(oid, position);
}

// The same decision as preupload: rules, size, binary content.
bool becomes_lfs(const Hub& hub, const LfsRules& rules, std::string_view path, const File& file) {
    const std::uint64_t size = file.size();
    if (size == 0) return false;
    if (size > hub.config.lfs_threshold || rules.is_lfs(path)) return true;
    std::string sample(512, '\0');
    sample.resize(file.read_at(sample.data(), sample.size(), 0));
    return looks_binary(sample);
}

}  // namespace

std::string import_folder(Hub& hub, RepoType type, std::string_view repo_id, const fs::path& folder, bool is_private) {
    const auto found = hub.repos.find(type, repo_id);
    const Principal nobody;
    const Repo repo = found ? *found : hub.create_repo(type, repo_id, nobody, is_private, "static");
    const auto target = hub.commit_target(repo, "main");
    GitRepo git = hub.git.open(repo.oid);
    const auto base = git.listing(target.head);
    const auto* attributes = base->find(".gitattributes");
    const LfsRules rules(attributes && !attributes->is_folder ? git.blob(attributes->oid) : std::string());
    CommitBuilder builder(git, hub.config.pack_compression);
    std::set<std::string> kept{".gitattributes"};
    for (const auto& path : files_below(folder)) {
        const std::string name = path.lexically_relative(folder).generic_string();
        check_repo_path(name);
        const File file = open_file(path);
        const bool lfs = becomes_lfs(hub, rules, name, file);
        builder.put(name, builder.add_blob(lfs ? store_lfs(hub, repo, file) : read_all(file)));
        kept.insert(name);
    }
    for (const auto& entry : base->entries())
        if (!entry.is_folder && !kept.contains(entry.path)) builder.remove(entry.path);
    const std::string tree = builder.write_tree(target.head);
    if (tree == git.tree_of(target.head)) return target.head;
    return hub.commit(repo, git, builder, target, "system", "Import " + folder.filename().string());
}

}  // namespace hf::local_hub
