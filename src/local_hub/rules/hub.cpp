#include "local_hub/rules/hub.hpp"

#include "local_hub/card/card.hpp"
#include "local_hub/data/clock.hpp"
#include "local_hub/data/on_exit.hpp"
#include "local_hub/data/random.hpp"
#include "local_hub/data/storage_error.hpp"
#include "local_hub/git/gitattributes.hpp"

#include <hf/core/error.hpp>

#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <set>

namespace hf::local_hub {
namespace {

File lock_root(const std::filesystem::path& root) {
    try {
        if (!std::filesystem::exists(root)) make_private_folder(root);
    } catch (const std::filesystem::filesystem_error& error) {
        throw_file_system("cannot create", root.string(), error.code());
    }
    const std::string path = (root / "lock").string();
    try {
        File file = File::create(path);
        if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0)
            throw_file_system("cannot use, another hub runs on", root.string(),
                              boost::system::error_code(errno, boost::system::generic_category()));
        return file;
    } catch (const std::system_error& error) {
        throw_file_system("cannot create", path, error.code());
    }
}

// SQLite gives its further files the mode of the first. Older hubs left them open to everybody.
std::string private_database(const std::filesystem::path& root) {
    const std::string path = (root / "hub.sqlite").string();
    const File file = File::create_private(path);
    for (const char* further : {"-wal", "-shm"}) ::chmod((path + further).c_str(), 0600);
    return path;
}

std::string control_token_of(const LocalHubConfig& config) {
    if (!config.control_endpoint) return {};
    std::string token = config.control_token.empty() ? random_hex(32) : config.control_token;
    File file = File::create_private((config.root / "control_token").string());
    if (::ftruncate(file.get(), 0) != 0) throw std::system_error(errno, std::generic_category(), "control_token");
    file.write_all(token.data(), token.size());
    return token;
}

// 64 digits, the same at every start.
std::string secret(Database& database, std::string_view name) {
    database.run("INSERT INTO settings(key, value) VALUES(?, ?) ON CONFLICT DO NOTHING",
                 {sql_text(name), sql_text(random_hex(32))});
    return database.text("SELECT value FROM settings WHERE key=?", {sql_text(name)});
}

std::int64_t now_seconds() { return now_ms() / 1000; }

}  // namespace

Hub::Hub(LocalHubConfig settings)
    : config(std::move(settings)),
      root_lock(lock_root(config.root)),
      database(private_database(config.root)),
      accounts(database),
      repos(database),
      discussions(database, accounts),
      git(config.root / "git"),
      lfs(config.root / "lfs"),
      signer(secret(database, "signing_key")),
      xet(config.root / "xet", database, lfs),
      xet_tokens(secret(database, "xet_token_key"), config.xet_token_ttl, now_seconds),
      xet_chunk_key(xet::parse_hash(secret(database, "xet_chunk_key")).value()),
      control_token(control_token_of(config)),
      identifier(xet) {
    repair();
    if (has_cas()) identifier.start();
}

std::map<std::string, std::string, std::less<>> Hub::xet_ids(const std::vector<std::string>& sha256s) {
    if (!has_cas()) return {};
    return xet.catalogue.ids_of(sha256s);
}

void Hub::link_lfs(std::int64_t repo_id, std::string_view oid, std::uint64_t size) {
    repos.link_lfs(repo_id, oid, size);
    identifier.wake();
}

// A kill may fall between git and the database: main is newer than the catalogue says, or a folder has
// no row (yet or any more).
void Hub::repair() {
    std::set<std::string> known;
    for (const auto& repo : repos.all()) {
        known.insert(repo.oid);
        try {
            git.remove_leftovers(repo.oid);
            const auto head = git.open(repo.oid).ref_target("refs/heads/main");
            if (head && *head != repo.sha) after_head_moved(repo);
        } catch (const std::runtime_error&) {
            // A repository that cannot be read answers errors itself; the others must still be served.
        }
    }
    for (const auto& key : git.keys())
        if (!known.contains(key)) git.erase(key);
}

Repo Hub::create_repo(RepoType type, std::string_view full_id, const Principal& who, bool is_private,
                      std::string_view sdk) {
    Repo repo;
    repo.oid = new_object_id();
    repo.type = type;
    repo.full_id = full_id;
    repo.author = namespace_of(full_id);
    repo.is_private = is_private;
    if (type == RepoType::space) repo.sdk = sdk;
    repo.created_at = now_ms();
    git.create(repo.oid);
    bool inserted = false;
    const OnExit clean([&] {
        if (!inserted) git.erase(repo.oid);
    });
    {
        GitRepo handle = git.open(repo.oid);
        CommitBuilder builder(handle, config.pack_compression);
        builder.put(".gitattributes", builder.add_blob(type == RepoType::dataset ? default_gitattributes_dataset
                                                                                 : default_gitattributes_model));
        const std::string tree = builder.write_tree({});
        repo.sha = handle.write_commit(tree, {}, {who.name().empty() ? "system" : who.name()}, "initial commit");
        repo.last_modified = handle.commit(repo.sha).time_ms;
        handle.set_ref("refs/heads/main", repo.sha, std::string());
    }
    inserted = repos.insert(repo);
    if (!inserted)
        throw StorageError(Refusal::exists, "You already created this " + std::string(singular(type)) +
                                                " repo: " + std::string(full_id));
    after_head_moved(repo);
    return repo;
}

void Hub::delete_repo(const Repo& repo) {
    repos.erase(repo.id);
    git.erase(repo.oid);
}

Hub::CommitTarget Hub::commit_target(const Repo& repo, std::string_view revision) {
    GitRepo handle = git.open(repo.oid);
    const Revision found = handle.resolve(revision);
    if (!found.ref.starts_with("refs/heads/") && !found.ref.starts_with("refs/pr/") &&
        !found.ref.starts_with("refs/convert/"))
        throw StorageError(Refusal::invalid, "Invalid branch: " + std::string(revision) + " is not a branch");
    return {found.ref, found.commit};
}

std::string Hub::commit(const Repo& repo, GitRepo& handle, CommitBuilder& builder, const CommitTarget& target,
                        const std::string& author, const std::string& message) {
    const std::string tree = builder.write_tree(target.head);
    const std::string commit = handle.write_commit(tree, {target.head}, {author}, message);
    move_branch(repo, handle, target.ref, commit, target.head);
    discussions.note_commit(repo, target.ref, author, commit, message.substr(0, message.find('\n')));
    return commit;
}

void Hub::move_branch(const Repo& repo, GitRepo& handle, const std::string& ref, const std::string& commit,
                      const std::string& expected) {
    const auto lock = git.write_lock(repo.oid);
    const std::lock_guard writing(*lock);
    if (!handle.set_ref(ref, commit, expected))
        throw StorageError(Refusal::moved, "A commit has happened since. Please refresh and try again.");
    if (ref != "refs/heads/main") return;
    try {
        after_head_moved(repo);
    } catch (...) {
        // The caller is told that it failed, so the branch must not keep it.
        handle.set_ref(ref, expected, commit);
        throw;
    }
}

void Hub::after_head_moved(const Repo& repo) {
    GitRepo handle = git.open(repo.oid);
    const auto head = handle.ref_target("refs/heads/main");
    if (!head) return;
    const CardFacts facts = read_card(handle, *head, repo);
    database.transaction([&] {
        repos.set_head(repo.id, *head, handle.commit(*head).time_ms);
        repos.set_card(repo.id, facts.card, facts.tags, facts.pipeline_tag, facts.library_name, facts.sdk);
    });
}

}  // namespace hf::local_hub
