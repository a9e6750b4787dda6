#include "local_hub/git/git_store.hpp"

#include "core/json_access.hpp"
#include "core/text.hpp"
#include "local_hub/data/file.hpp"
#include "local_hub/data/storage_error.hpp"
#include "local_hub/git/git_handles.hpp"
#include "local_hub/git/git_store_state.hpp"

#include <git2/sys/repository.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace hf::local_hub {
namespace git {

void check(int code, const char* what) {
    if (code >= 0) return;
    const git_error* error = git_error_last();
    const std::string message = std::string(what) + ": " + (error && error->message ? error->message : "git error");
    // libgit2 cleans up before it returns, after which only its message tells the cause.
    for (const int cause : {ENOSPC, EDQUOT, EFBIG})
        if (message.ends_with(std::generic_category().message(cause)))
            throw std::system_error(cause, std::generic_category(), what);
    throw std::runtime_error(message);
}

void require_written(git_repository* repository, const git_oid& oid) {
    const auto odb = make<OdbPtr>("object store", [&](git_odb** out) { return git_repository_odb(out, repository); });
    if (!git_odb_exists_ext(odb.get(), &oid, GIT_ODB_LOOKUP_NO_REFRESH))
        throw std::system_error(ENOSPC, std::generic_category(), "write object");
}

git_oid oid_of(const std::string& hex) {
    git_oid out;
    if (hex.size() != GIT_OID_HEXSZ || git_oid_fromstr(&out, hex.c_str()) != 0)
        throw std::runtime_error("not an object id: " + hex);
    return out;
}

SignaturePtr signature(const std::string& name) {
    return make<SignaturePtr>("signature", [&](git_signature** out) {
        return git_signature_now(out, name.c_str(), (name + "@users.noreply.huggingface.co").c_str());
    });
}

}  // namespace git

void check_repo_path(std::string_view path) {
    const auto refuse = [&](const char* why) {
        throw StorageError(Refusal::invalid,
                           "Invalid path in repo \"" + std::string(path.substr(0, 200)) + "\": " + why);
    };
    if (path.empty()) refuse("empty");
    if (path.size() > 4096) refuse("too long");
    if (path.front() == '/') refuse("absolute");
    for (const unsigned char c : path)
        if (c < 0x20 || c == 0x7f || c == '\\') refuse("forbidden character");
    if (!is_utf8(path)) refuse("not UTF-8");
    for (const auto part : split(path, '/')) {
        if (part.empty()) refuse("empty component");
        if (part == "." || part == "..") refuse("relative component");
        if (to_lower(part) == ".git") refuse("reserved name");
        if (part.size() > 255) refuse("component too long");
    }
}

Listing::Listing(std::vector<TreeEntry> entries) : entries_(std::move(entries)) {
    index_.reserve(entries_.size());
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        index_.emplace(entries_[i].path, i);
        total_size_ += entries_[i].size;
    }
}

const std::string& Listing::siblings(bool blobs) const {
    std::call_once(made_[blobs], [&] {
        std::string& out = siblings_[blobs];
        out = "[";
        for (const auto& entry : entries_) {
            if (entry.is_folder) continue;
            if (out.size() > 1) out += ',';
            out += "{\"rfilename\":" + json_quoted(entry.path);
            if (blobs) {
                out += ",\"size\":" + std::to_string(entry.size) + ",\"blobId\":\"" + entry.oid + "\"";
                if (entry.lfs)
                    out += ",\"lfs\":{\"sha256\":\"" + entry.lfs->sha256 +
                           "\",\"size\":" + std::to_string(entry.lfs->size) +
                           ",\"pointerSize\":" + std::to_string(entry.lfs->pointer_size) + "}";
            }
            out += '}';
        }
        out += ']';
    });
    return siblings_[blobs];
}

const TreeEntry* Listing::find(std::string_view path) const {
    const auto found = index_.find(path);
    return found == index_.end() ? nullptr : &entries_[found->second];
}

// libgit2 counts its initialisations; every store holds one.
GitStore::Shared::Shared(std::filesystem::path where) : root(std::move(where)) { git_libgit2_init(); }

GitStore::Shared::~Shared() {
    for (auto& idle : idle_handles) git_repository_free(idle.second);
    git_libgit2_shutdown();
}

GitStore::GitStore(std::filesystem::path root) : shared_(std::make_shared<Shared>(std::move(root))) {
    make_private_folder(shared_->root);
}

GitStore::~GitStore() = default;

std::filesystem::path GitStore::path(const std::string& key) const { return shared_->root / (key + ".git"); }

std::vector<std::string> GitStore::keys() const {
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator(shared_->root))
        if (entry.path().extension() == ".git") out.push_back(entry.path().stem().string());
    return out;
}

void GitStore::create(const std::string& key) {
    git_repository_init_options options;
    git::check(git_repository_init_options_init(&options, GIT_REPOSITORY_INIT_OPTIONS_VERSION), "create repository");
    options.flags = GIT_REPOSITORY_INIT_BARE | GIT_REPOSITORY_INIT_MKPATH | GIT_REPOSITORY_INIT_NO_REINIT;
    options.initial_head = "main";
    const auto repository = git::make<git::RepositoryPtr>("create repository", [&](git_repository** out) {
        return git_repository_init_ext(out, path(key).c_str(), &options);
    });
}

void GitStore::erase(const std::string& key) {
    {
        const std::lock_guard lock(shared_->mutex);
        std::erase_if(shared_->idle_handles, [&](auto& idle) {
            if (idle.first != key) return false;
            git_repository_free(idle.second);
            return true;
        });
        shared_->states.erase(key);
    }
    std::error_code ignored;
    std::filesystem::remove_all(path(key), ignored);
}

void GitStore::remove_leftovers(const std::string& key) {
    namespace fs = std::filesystem;
    const fs::path root = path(key);
    std::error_code ignored;
    std::vector<fs::path> found;
    const auto collect = [&found](const fs::path& file) {
        const std::string name = file.filename().string();
        if (name.ends_with(".lock") || name.starts_with("tmp_")) found.push_back(file);
    };
    for (const auto& entry : fs::recursive_directory_iterator(root / "refs", ignored))
        if (entry.is_regular_file(ignored)) collect(entry.path());
    for (const auto& folder : {root, root / "objects", root / "objects" / "pack"})
        for (const auto& entry : fs::directory_iterator(folder, ignored)) collect(entry.path());
    for (const auto& file : found) fs::remove_all(file, ignored);
}

std::shared_ptr<std::mutex> GitStore::write_lock(const std::string& key) {
    auto state = shared_->state(key);
    std::mutex* write = &state->write;
    return {std::move(state), write};
}

GitRepo GitStore::open(const std::string& key) {
    {
        const std::lock_guard lock(shared_->mutex);
        auto& idle = shared_->idle_handles;
        for (auto it = idle.begin(); it != idle.end(); ++it) {
            if (it->first != key) continue;
            git_repository* handle = it->second;
            idle.erase(it);
            return {shared_, key, handle};
        }
    }
    git_repository* handle = nullptr;
    const int code = git_repository_open_bare(&handle, path(key).c_str());
    if (code == GIT_ENOTFOUND) throw repo_not_found();  // deleted since the caller looked it up
    git::check(code, "open repository");
    return {shared_, key, handle};
}

ListingPtr GitStore::listing(const std::string& key, const std::string& commit) {
    if (auto cached = shared_->cached_listing(commit)) return cached;
    return open(key).listing(commit);
}

GitRepo::GitRepo(std::shared_ptr<GitStore::Shared> shared, std::string key, git_repository* handle)
    : shared_(std::move(shared)), key_(std::move(key)), handle_(handle) {}

GitRepo::~GitRepo() {
    if (!shared_) return;  // moved from
    // Enough for every worker on a few repositories; more would only hold files open.
    constexpr std::size_t kept_handles = 32;
    git_repository* excess = nullptr;
    {
        const std::lock_guard lock(shared_->mutex);
        shared_->idle_handles.emplace_front(key_, handle_);
        if (shared_->idle_handles.size() > kept_handles) {
            excess = shared_->idle_handles.back().second;
            shared_->idle_handles.pop_back();
        }
    }
    git_repository_free(excess);
}

std::filesystem::path GitRepo::path() const { return shared_->root / (key_ + ".git"); }

std::shared_ptr<RepoState> GitStore::Shared::state(const std::string& key) {
    const std::lock_guard lock(mutex);
    auto& found = states[key];
    if (!found) found = std::make_shared<RepoState>();
    return found;
}

ListingPtr GitStore::Shared::cached_listing(const std::string& commit) {
    const std::lock_guard lock(mutex);
    const auto found = std::ranges::find(listings, commit, &std::pair<std::string, ListingPtr>::first);
    if (found == listings.end()) return nullptr;
    listings.splice(listings.begin(), listings, found);
    return listings.front().second;
}

void GitStore::Shared::keep_listing(const std::string& commit, const ListingPtr& listing) {
    // About 100 MB at 250 bytes per entry.
    constexpr std::size_t kept_entries = 400'000;
    const std::lock_guard lock(mutex);
    listings.emplace_front(commit, listing);
    std::size_t entries = 0, kept = 0;
    for (const auto& [key, cached] : listings) {
        entries += cached->entries().size();
        if (kept > 0 && entries > kept_entries) break;
        ++kept;
    }
    constexpr std::size_t kept_listings = 256;
    listings.resize(std::min(kept, kept_listings));
}

}  // namespace hf::local_hub
