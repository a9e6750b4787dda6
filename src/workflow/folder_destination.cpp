#include "workflow/folder_destination.hpp"

#include "transfer/repo_cache.hpp"
#include "workflow/cache_destination.hpp"

#include <hf/core/error.hpp>

#include <cerrno>

#include <unistd.h>

namespace hf {

namespace asio = boost::asio;

FolderDestination::FolderDestination(std::shared_ptr<Transfers> transfers, Session session, std::string folder,
                                     std::string records, bool verify)
    : transfers_(std::move(transfers)),
      session_(std::move(session)),
      tree_(std::move(folder)),
      records_path_(std::move(records)),
      verify_(verify),
      store_(std::make_shared<PartialStore>(tree_.root(), ".hfhub", transfers_->config.keep_partials_above)) {
    try {
        if (const auto text = read_text(records_path_)) records_ = MirrorRecords::parse(*text);
    } catch (const FileSystemError&) {
        // Without records, files are hashed again.
    }
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
    records_.files.insert_or_assign(file.path, std::move(*record));
    changed_ = true;
}

bool FolderDestination::has(const SnapshotFile& file) {
    if (verify_) return false;
    const auto known = records_.files.find(file.path);
    if (known == records_.files.end() || known->second.etag != file.etag) return false;
    const auto there = look_at(file.path);
    return there && there->size == known->second.size && there->modified == known->second.modified;
}

bool FolderDestination::may_be_here(const SnapshotFile& file) {
    const auto there = look_at(file.path);
    if (there && there->size == file.size) return true;
    const auto donor = donors_.find(file.etag);
    return donor != donors_.end() && donor->second.leaving;
}

asio::awaitable<bool> FolderDestination::is_right(const std::string& path, const SnapshotFile& file) {
    const auto found_there = look_at(path);
    if (!found_there || found_there->size != file.size) co_return false;
    const auto [folder, name] = tree_.existing_parent(path);
    const File there = File::try_open_at(folder, name.c_str(), O_RDONLY | O_NOFOLLOW, tree_.full_path(path));
    if (!there) co_return false;
    const std::string found = co_await hash_of_file(there, Content(file.etag, file.size));
    co_return found == file.etag;
}

asio::awaitable<void> FolderDestination::spread(const SameContent& content, const SnapshotFile* from) {
    for (const SnapshotFile* file : content.files) {
        const bool right = file == from || co_await is_right(file->path, *file);
        if (!right) {
            tree_.parent(file->path);
            co_await copy_into_place(tree_.full_path(from->path), tree_.full_path(file->path));
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

void FolderDestination::find_donors(const std::vector<const SnapshotFile*>& files, bool leaving) {
    std::unordered_set<std::string_view> wanted;
    for (const SnapshotFile* file : files) {
        const auto known = records_.files.find(file->path);
        if (known == records_.files.end() || known->second.etag != file->etag) wanted.insert(file->etag);
    }
    if (wanted.empty() || records_.files.empty()) return;
    std::unordered_map<std::string_view, std::string_view> listed;
    for (const SnapshotFile* file : files) listed.emplace(file->path, file->etag);
    for (const auto& [path, record] : records_.files) {
        if (!wanted.contains(record.etag)) continue;
        const auto now = listed.find(path);
        // What will be replaced may be so at any moment.
        if (now != listed.end() && now->second != record.etag) continue;
        donors_.try_emplace(record.etag, Donor{path, leaving && now == listed.end()});
    }
}

asio::awaitable<bool> FolderDestination::take_over(const SnapshotFile& file) {
    const auto found = donors_.find(file.etag);
    if (found == donors_.end()) co_return false;
    Donor& donor = found->second;
    const bool right = co_await is_right(donor.path, file);
    if (!right) co_return false;
    tree_.parent(file.path);
    const std::string from = tree_.full_path(donor.path), to = tree_.full_path(file.path);
    if (donor.leaving) {
        if (::rename(from.c_str(), to.c_str()) != 0) throw_errno("cannot put into place", to);
        donor.moved = true;
    } else {
        co_await copy_into_place(from, to);
    }
    co_return true;
}

asio::awaitable<void> FolderDestination::fetch(const SameContent& content, FetchJob job) {
    const SnapshotFile& first = content.first();
    Fetch fetch(session_, transfers_, std::move(job));
    Partial partial = co_await fetch.run();
    const auto [folder, name] = tree_.parent(first.path);
    co_await put_into_place(std::move(partial), folder, name, tree_.full_path(first.path));
    remember(first);
    if (content.files.size() > 1) co_await spread(content, &first);
}

bool FolderDestination::remove(const std::string& path) {
    const auto [folder, name] = tree_.existing_parent(path);
    const bool removed = folder >= 0 && ::unlinkat(folder, name.c_str(), 0) == 0;
    if (folder >= 0 && !removed && errno != ENOENT) throw_errno("cannot delete", tree_.full_path(path));
    records_.files.erase(path);
    changed_ = true;
    // Folders that have become empty go as well; what is not empty stays.
    std::string above = path;
    for (auto slash = above.rfind('/'); slash != above.npos; slash = above.rfind('/')) {
        above.resize(slash);
        if (::rmdir(tree_.full_path(above).c_str()) != 0) break;
    }
    tree_.forget_folders();
    return removed;
}

std::uint64_t FolderDestination::remove_others(const std::vector<const SnapshotFile*>& files, bool all) {
    std::unordered_set<std::string_view> paths, folders;
    for (const SnapshotFile* file : files) {
        paths.insert(file->path);
        std::string_view above = file->path;
        for (auto slash = above.rfind('/'); slash != above.npos; slash = above.rfind('/')) {
            above = above.substr(0, slash);
            if (!folders.insert(above).second) break;
        }
    }
    std::vector<std::string> doomed;
    for (const auto& [path, record] : records_.files) {
        if (paths.contains(path)) continue;
        const auto donor = donors_.find(record.etag);
        const bool is_donor = donor != donors_.end() && donor->second.path == path;
        bool in_the_way = (all && !is_donor) || folders.contains(path);
        std::string_view above = path;
        for (auto slash = above.rfind('/'); slash != above.npos && !in_the_way; slash = above.rfind('/')) {
            above = above.substr(0, slash);
            in_the_way = paths.contains(above);
        }
        if (in_the_way) doomed.push_back(path);
    }
    std::uint64_t removed = 0;
    for (const std::string& path : doomed) removed += remove(path) ? 1 : 0;
    return removed;
}

std::uint64_t FolderDestination::remove_donors() {
    std::uint64_t removed = 0;
    for (const auto& [etag, donor] : donors_) {
        if (donor.leaving && records_.files.contains(donor.path)) removed += remove(donor.path) || donor.moved ? 1 : 0;
    }
    donors_.clear();
    return removed;
}

void FolderDestination::save() noexcept {
    if (!std::exchange(changed_, false)) return;
    try {
        write_text(records_path_, records_.to_text());
    } catch (const std::exception&) {
        // Files are hashed again next time.
    }
}

}  // namespace hf
