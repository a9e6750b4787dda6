#include "workflow/folder_destination.hpp"

#include "core/path_layout.hpp"
#include "engine/download/fetch.hpp"
#include "engine/files/hash_file.hpp"
#include "engine/files/repo_cache.hpp"
#include "workflow/cache_destination.hpp"
#include "workflow/client_folder.hpp"

#include <hf/core/error.hpp>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <functional>

#include <unistd.h>

namespace hf {

namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

constexpr const char* old_partials = ".hfhub";

std::string partials_folder() { return std::string(client_folder) + "/hfhub/partials"; }

}  // namespace

FolderDestination::FolderDestination(std::shared_ptr<const TransferCall> call, std::string folder, bool verify,
                                     Slice& slice)
    : call_(std::move(call)),
      tree_(std::move(folder)),
      ledger_(tree_, call_->session, call_->repo),
      verify_(verify),
      slice_(slice),
      store_(
          std::make_shared<PartialStore>(tree_.root(), partials_folder(), call_->engine->config.keep_partials_above)) {
    take_over_partials();
}

// Where older versions had them; unless the folder holds anything else, and is a file of the repository's.
void FolderDestination::take_over_partials() {
    const fs::path old = tree_.full_path(old_partials);
    std::error_code error;
    if (!fs::is_directory(fs::symlink_status(old, error)) || error) return;
    for (const auto& entry : fs::directory_iterator(old, error)) {
        const auto kind = entry.path().extension();
        if (!entry.is_regular_file(error) || (kind != ".partial" && kind != ".journal")) return;
    }
    if (error) return;
    const auto [folder, name] = tree_.parent(partials_folder());
    // Fails where there are new ones already; then the old ones are nobody's.
    (void)::renameat(tree_.root_fd(), old_partials, folder, name.c_str());
}

std::optional<MirrorRecords::Record> FolderDestination::look_at(const std::string& path) {
    const auto [folder, name] = tree_.existing_parent(path);
    struct stat info {};
    if (folder < 0 || ::fstatat(folder, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(info.st_mode))
        return std::nullopt;
    MirrorRecords::Record record;
    record.size = static_cast<std::uint64_t>(info.st_size);
    record.modified = std::int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec;
    return record;
}

void FolderDestination::remember(const SnapshotFile& file) {
    auto record = look_at(file.path);
    if (!record) return;
    record->etag = file.etag;
    ledger_.remember(file.path, std::move(*record));
}

bool FolderDestination::has(const SnapshotFile& file) {
    if (verify_) return false;
    const auto known = ledger_.records.files.find(file.path);
    if (known == ledger_.records.files.end() || known->second.etag != file.etag) return false;
    const auto there = look_at(file.path);
    return there && there->size == known->second.size && there->modified == known->second.modified;
}

bool FolderDestination::may_be_here(const SnapshotFile& file) {
    const auto there = look_at(file.path);
    if (there && there->size == file.size) return true;
    const auto donor = donors_.find(file.etag);
    return donor != donors_.end() && donor->second.leaving;
}

asio::awaitable<bool> FolderDestination::is_right(std::string path, const SnapshotFile& file) {
    const auto found_there = look_at(path);
    if (!found_there || found_there->size != file.size) co_return false;
    const auto [folder, name] = tree_.existing_parent(path);
    const File there = File::try_open_at(folder, name.c_str(), O_RDONLY | O_NOFOLLOW, tree_.full_path(path));
    if (!there) co_return false;
    const std::string found = co_await hash_of_file(there, ContentId(file.etag, file.size), call_->worker);
    co_return found == file.etag;
}

asio::awaitable<void> FolderDestination::copy(std::string from, std::string to) {
    const auto [source, source_name] = tree_.existing_parent(from);
    const File file = File::open_at(source, source_name.c_str(), O_RDONLY | O_NOFOLLOW, tree_.full_path(from));
    const auto [folder, name] = tree_.parent(to);
    const File into = File::duplicate(folder, tree_.full_path(to));
    co_await copy_into_place(file, into.fd(), name, tree_.full_path(to));
}

asio::awaitable<void> FolderDestination::spread(const SameContent& content, const SnapshotFile* from) {
    for (const SnapshotFile* file : content.files) {
        const bool right = file == from || co_await is_right(file->path, *file);
        if (!right) {
            co_await make_way(file->path);
            co_await copy(from->path, file->path);
        }
        remember(*file);
    }
}

asio::awaitable<bool> FolderDestination::reuse(const SameContent& content) {
    for (const SnapshotFile* file : content.files) {
        const bool right = co_await is_right(file->path, *file);
        if (!right) continue;
        co_await spread(content, file);
        co_return true;
    }
    const bool taken = co_await take_over(content.first());
    if (taken) co_await spread(content, &content.first());
    co_return taken;
}

// A second name: where the content is to be moved, its old name goes at the end, if all has come by then.
bool FolderDestination::link(const std::string& from, const std::string& to) {
    const auto [folder, name] = tree_.parent(to);
    const File into = File::duplicate(folder, tree_.full_path(to));
    const auto [source, source_name] = tree_.existing_parent(from);
    TemporaryName temporary(into.fd(), tree_.full_path(to));
    if (source < 0 || ::linkat(source, source_name.c_str(), into.fd(), temporary.c_str(), 0) != 0) return false;
    temporary.move_to(name);
    return true;
}

asio::awaitable<bool> FolderDestination::take_over(const SnapshotFile& file) {
    const auto found = donors_.find(file.etag);
    if (found == donors_.end()) co_return false;
    const Donor donor = found->second;
    const bool right = co_await is_right(donor.path, file);
    if (!right) co_return false;
    co_await make_way(file.path);
    const bool linked = donor.leaving && link(donor.path, file.path);
    if (!linked) co_await copy(donor.path, file.path);
    co_return true;
}

asio::awaitable<void> FolderDestination::fetch(const SameContent& content, FetchJob job) {
    const SnapshotFile& first = content.first();
    if (job.xet) {
        const auto [above, last] = tree_.existing_parent(first.path);
        job.older = File::try_open_readable_at(above, last.c_str(), first.path);
    }
    Fetch fetch(call_, std::move(job));
    Partial partial = co_await fetch.run();
    co_await make_way(first.path);
    const auto [folder, name] = tree_.parent(first.path);
    const File into = File::duplicate(folder, tree_.full_path(first.path));
    co_await put_into_place(std::move(partial), into.fd(), name, tree_.full_path(first.path));
    remember(first);
    if (content.files.size() > 1) co_await spread(content, &first);
}

asio::awaitable<std::vector<std::string>> FolderDestination::leftover(
    const std::unordered_set<std::string_view>& listed) const {
    std::vector<std::string> out;
    for (const auto& [path, record] : ledger_.records.files) {
        if (!listed.contains(path)) out.push_back(path);
        if (slice_.is_over_lightly()) co_await slice_.pause();
    }
    co_await sort_in_slices(out, std::less<std::string>(), slice_);
    co_return out;
}

/// What is to be in the folder.
struct FolderDestination::Plan {
    std::unordered_map<std::string_view, std::string_view> listed;  // ETags by path
    std::unordered_set<std::string_view> folders;
    std::unordered_set<std::string_view> wanted;  // ETags of what is not recorded where it is to be

    void add_folders_of(std::string_view path) {
        for (auto above = folder_of(path); !above.empty(); above = folder_of(above)) {
            if (!folders.insert(above).second) break;
        }
    }
    bool is_blocked_by(std::string_view path) const {
        if (folders.contains(path)) return true;
        for (auto above = folder_of(path); !above.empty(); above = folder_of(above)) {
            if (listed.contains(above)) return true;
        }
        return false;
    }
};

asio::awaitable<void> FolderDestination::prepare(const std::vector<const SnapshotFile*>& files,
                                                 const std::vector<std::string>& leftover, bool leaving) {
    Plan plan;
    plan.listed.reserve(files.size());
    plan.wanted.reserve(files.size());
    for (const SnapshotFile* file : files) {
        plan.listed.emplace(file->path, file->etag);
        const auto known = ledger_.records.files.find(file->path);
        if (known == ledger_.records.files.end() || known->second.etag != file->etag) plan.wanted.insert(file->etag);
        plan.add_folders_of(file->path);
        if (slice_.is_over_lightly()) co_await slice_.pause();
    }
    co_await find_blocking(plan, leftover);
    if (!plan.wanted.empty()) co_await find_donors(plan, leftover, leaving);
    // Nothing grows into a new table at one go while files come.
    ledger_.records.files.reserve(ledger_.records.files.size() + plan.wanted.size());
    co_await clear_in_slices(plan.listed, slice_);
    co_await clear_in_slices(plan.folders, slice_);
    co_await clear_in_slices(plan.wanted, slice_);
}

asio::awaitable<void> FolderDestination::find_blocking(const Plan& plan, const std::vector<std::string>& leftover) {
    for (const std::string& path : leftover) {
        if (plan.is_blocked_by(path)) in_the_way_.insert(path);
        if (slice_.is_over_lightly()) co_await slice_.pause();
    }
}

asio::awaitable<void> FolderDestination::find_donors(const Plan& plan, const std::vector<std::string>& leftover,
                                                     bool leaving) {
    for (const auto& [path, record] : ledger_.records.files) {
        if (slice_.is_over_lightly()) co_await slice_.pause();
        if (!plan.wanted.contains(record.etag) || in_the_way_.contains(path)) continue;
        const auto now = plan.listed.find(path);
        // What will be replaced may be so at any moment.
        if (now != plan.listed.end() && now->second != record.etag) continue;
        const bool goes = leaving && std::ranges::binary_search(leftover, path);
        donors_.try_emplace(record.etag, Donor{path, goes});
    }
}

asio::awaitable<void> FolderDestination::save() {
    co_await ledger_.save(tree_, slice_);
    co_await clear_in_slices(ledger_.records.files, slice_);
    co_await clear_in_slices(donors_, slice_);
}

asio::awaitable<bool> FolderDestination::is_own(std::string path, MirrorRecords::Record record) {
    const auto there = look_at(path);
    if (!there || there->size != record.size) co_return false;
    if (there->modified == record.modified) co_return true;
    const SnapshotFile recorded(path, record.etag, record.size, false);
    const bool right = co_await is_right(path, recorded);
    co_return right;
}

asio::awaitable<void> FolderDestination::remove_own(std::string path) {
    const auto known = ledger_.records.files.find(path);
    if (known == ledger_.records.files.end()) co_return;
    const bool own = co_await is_own(path, known->second);
    ledger_.forget(path);
    if (!own) co_return;
    const auto [folder, name] = tree_.existing_parent(path);
    if (folder < 0) co_return;
    if (::unlinkat(folder, name.c_str(), 0) == 0)
        ++removed_;
    else if (errno != ENOENT)
        throw_errno("cannot delete", tree_.full_path(path));
    remove_empty_folders(std::move(path));
}

void FolderDestination::remove_empty_folders(std::string above) {
    for (auto slash = above.rfind('/'); slash != above.npos; slash = above.rfind('/')) {
        above.resize(slash);
        const auto [outer, name] = tree_.existing_parent(above);
        if (outer < 0 || ::unlinkat(outer, name.c_str(), AT_REMOVEDIR) != 0) break;
    }
    tree_.forget_folders();
}

asio::awaitable<void> FolderDestination::remove(std::vector<std::string> paths) {
    for (const std::string& path : paths) {
        co_await remove_own(path);
        if (slice_.is_over()) co_await slice_.pause();
    }
}

asio::awaitable<void> FolderDestination::make_way(std::string path) {
    if (in_the_way_.empty()) co_return;
    std::vector<std::string> doomed;
    for (auto slash = path.find('/'); slash != path.npos; slash = path.find('/', slash + 1)) {
        if (in_the_way_.contains(path.substr(0, slash))) doomed.push_back(path.substr(0, slash));
    }
    const std::string below = path + "/";
    for (auto it = in_the_way_.lower_bound(below); it != in_the_way_.end() && it->starts_with(below); ++it)
        doomed.push_back(*it);
    // Others find what is in their way, too, until it is gone.
    for (const std::string& name : doomed) {
        co_await remove_own(name);
        in_the_way_.erase(name);
        if (slice_.is_over()) co_await slice_.pause();
    }
}

}  // namespace hf
