#include "engine/files/repo_cache.hpp"

#include "core/kept_text.hpp"
#include "core/path_layout.hpp"
#include "core/safe_path.hpp"
#include "engine/files/file.hpp"
#include "engine/files/partial_store.hpp"
#include "engine/files/reserve.hpp"

#include <hf/core/error.hpp>
#include <hf/core/repo.hpp>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include <unistd.h>

namespace hf {

namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

// That are looked through for an older version of a file.
constexpr std::size_t most_snapshots = 256;

bool lacks_links(int error) {
    return error == EPERM || error == ENOSYS || error == EOPNOTSUPP || error == EACCES || error == EINVAL;
}

/// What a folder holds that a cache did not put there, as far as names tell.
bool has_foreign_names(const std::string& folder, bool (*belongs)(std::string_view)) {
    std::error_code error;
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
        if (!belongs(at->path().filename().string())) return true;
    }
    return static_cast<bool>(error);
}

bool belongs_to_blobs(std::string_view name) {
    return name.starts_with(".hfhub-") || is_content_hash(name.substr(0, name.find('.')));
}

bool belongs_to_snapshots(std::string_view name) { return is_commit_hash(name); }

bool is_beside(const FolderTree& snapshots, const File& blobs) {
    struct stat there {
    }, beside{};
    return ::fstat(blobs.fd(), &there) == 0 && ::fstatat(snapshots.root_fd(), "../blobs", &beside, 0) == 0 &&
           there.st_dev == beside.st_dev && there.st_ino == beside.st_ino;
}

/// Removes what earlier revisions left in the way of `refs/<revision>`.
void clear_way(const std::string& refs, std::string_view revision) {
    std::error_code ignored;
    for (auto above = folder_of(revision); !above.empty(); above = folder_of(above)) {
        const fs::path folder = fs::path(refs) / above;
        if (fs::is_regular_file(fs::symlink_status(folder, ignored))) fs::remove(folder, ignored);
    }
    const fs::path own = fs::path(refs) / revision;
    if (fs::is_directory(fs::symlink_status(own, ignored))) fs::remove_all(own, ignored);
}

/// Puts all of `from` into `to`, in slices.
asio::awaitable<void> copy_all(const File& from, const File& to) {
    const std::uint64_t size = from.size();
    Slice slice;
    co_await reserve(to, size, slice);
    std::unique_ptr<char[]> buffer;
    constexpr std::size_t step = 1u << 20;
    for (std::uint64_t at = 0; at < size;) {
        off_t in = static_cast<off_t>(at), out = in;
        const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(step, size - at));
        const auto copied = buffer ? -1 : ::copy_file_range(from.fd(), &in, to.fd(), &out, want, 0);
        if (copied > 0) {
            at += static_cast<std::uint64_t>(copied);
        } else {
            // Across file systems, or not known to this one.
            if (!buffer) buffer.reset(new char[step]);
            const std::size_t n = from.read_at(buffer.get(), want, at);
            if (n == 0) break;
            to.write_at(buffer.get(), n, at);
            at += n;
        }
        if (slice.is_over()) co_await slice.pause();
    }
}

}  // namespace

bool file_exists(const std::string& path, std::optional<std::uint64_t> size) {
    return file_exists_at(AT_FDCWD, path, size);
}

bool file_exists_at(int folder, const std::string& name, std::optional<std::uint64_t> size) {
    struct stat info {};
    return ::fstatat(folder, name.c_str(), &info, 0) == 0 && S_ISREG(info.st_mode) &&
           (!size || static_cast<std::uint64_t>(info.st_size) == *size);
}

bool folder_exists(const std::string& path) {
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

std::string relative_link(const std::string& target, const std::string& link) {
    const fs::path from = fs::absolute(target).lexically_normal();
    const fs::path folder = fs::absolute(link).lexically_normal().parent_path();
    return from.lexically_relative(folder).string();
}

bool replace_with_link(const std::string& text, int folder, const std::string& name, const std::string& path) {
    if (::symlinkat(text.c_str(), folder, name.c_str()) == 0) return true;
    if (lacks_links(errno)) return false;
    if (errno != EEXIST) throw_errno("cannot create link", path);
    TemporaryName temporary(folder, path);
    if (::symlinkat(text.c_str(), folder, temporary.c_str()) != 0) throw_errno("cannot create link", path);
    temporary.move_to(name);
    return true;
}

std::optional<std::string> RepoCache::commit_of(std::string_view revision) const {
    if (is_commit_hash(revision)) return std::string(revision);
    const auto text = read_text(paths_.ref(revision).string(), 4096);
    return text ? read_ref(*text) : std::nullopt;
}

bool RepoCache::store_ref(std::string_view revision, std::string_view commit) const {
    if (revision == commit) return true;
    const std::string path = "refs/" + std::string(revision);
    for (bool again = false;; again = true) {
        try {
            FolderTree tree(root());
            if (tree.read_text(path, 4096) == std::optional<std::string>(commit)) return true;
            tree.write_text(path, commit);
            return true;
        } catch (const FileSystemError&) {
            if (again) return false;
        }
        clear_way(paths_.refs().string(), revision);
    }
}

bool RepoCache::mark_no_exist(std::string_view commit, std::string_view file) const {
    const std::string path = fs::path(paths_.no_exist(commit, file)).lexically_relative(paths_.root()).string();
    try {
        FolderTree tree(root());
        const auto [folder, name] = tree.parent(path);
        File::try_open_at(folder, name.c_str(), O_WRONLY | O_CREAT | O_EXCL, tree.full_path(path));
        return true;
    } catch (const FileSystemError&) {
        return false;
    }
}

bool RepoCache::has_blob(std::string_view etag, std::optional<std::uint64_t> size) const {
    return file_exists(paths_.blob(etag).string(), size);
}

File RepoCache::open_part(const std::string& name, bool create) const {
    const std::string path = root() + "/" + name;
    if (!create && !folder_exists(path)) return File();
    FolderTree tree(root());
    if (is_link_at(tree.root_fd(), name)) {
        if (has_foreign_names(path, name == "blobs" ? &belongs_to_blobs : &belongs_to_snapshots)) throw_is_link(path);
        return File::open(path, O_RDONLY | O_DIRECTORY);
    }
    return File::duplicate(tree.parent(name + "/x").first, path);
}

File RepoCache::blobs() const { return open_part("blobs", true); }

FolderTree RepoCache::snapshots() const { return FolderTree(open_part("snapshots", true), root() + "/snapshots"); }

std::optional<FolderTree> RepoCache::existing_snapshots() const {
    File folder = open_part("snapshots", false);
    if (!folder) return std::nullopt;
    return FolderTree(std::move(folder), root() + "/snapshots");
}

void RepoCache::point(std::string_view commit, std::string_view file, std::string_view etag, bool fresh) const {
    SnapshotFolder folder(*this);
    folder.point(commit, file, etag, fresh);
}

File RepoCache::newest_version(std::string_view file) const {
    const fs::path folder = paths_.root() / "snapshots";
    std::error_code error;
    std::pair<fs::file_time_type, fs::path> newest;
    std::size_t left = most_snapshots;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end && left-- > 0;
         entry.increment(error)) {
        const fs::path path = entry->path() / file;
        std::error_code missing;
        const auto written = fs::last_write_time(path, missing);
        if (!missing && (newest.second.empty() || written > newest.first)) newest = {written, path};
    }
    const std::string& path = newest.second.native();
    return path.empty() ? File() : File::try_open_readable(path);
}

std::shared_ptr<PartialStore> RepoCache::partials(std::uint64_t keep_above) const {
    return std::make_shared<PartialStore>(root(), ".hfhub", keep_above);
}

SnapshotFolder::SnapshotFolder(const RepoCache& cache) : snapshots_(cache.snapshots()), blobs_(cache.blobs()) {
    if (!is_beside(snapshots_, blobs_)) elsewhere_ = fs::canonical(blobs_.path()).string() + "/";
}

bool SnapshotFolder::points(std::string_view commit, std::string_view file, std::string_view etag) {
    const auto [folder, name] = snapshots_.existing_parent(std::string(commit) + "/" + std::string(file));
    struct stat own {
    }, blob{};
    return folder >= 0 && ::fstatat(folder, name.c_str(), &own, 0) == 0 &&
           ::fstatat(blobs_.fd(), std::string(etag).c_str(), &blob, 0) == 0 && own.st_dev == blob.st_dev &&
           own.st_ino == blob.st_ino;
}

void SnapshotFolder::point(std::string_view commit, std::string_view file, std::string_view etag, bool fresh) {
    const std::string pointer = std::string(commit) + "/" + std::string(file), blob(etag);
    const std::string path = snapshots_.full_path(pointer);
    const auto [folder, name] = snapshots_.parent(pointer);
    std::string way = elsewhere_;
    if (way.empty()) {
        for (auto depth = std::ranges::count(pointer, '/'); depth >= 0; --depth) way += "../";
        way += "blobs/";
    }
    if (replace_with_link(way + blob, folder, name, path)) return;
    if (fresh && ::renameat(blobs_.fd(), blob.c_str(), folder, name.c_str()) == 0) return;
    TemporaryName temporary(folder, path);
    std::error_code error;
    const std::string beside = fs::path(path).parent_path().string() + "/" + temporary.c_str();
    fs::copy_file(blobs_.path() + "/" + blob, beside, error);
    if (error) throw_file_system("cannot copy to", path, error);
    temporary.move_to(name);
}

asio::awaitable<void> put_into_place(Partial partial, int folder, std::string name, std::string path) {
    if (partial.publish(folder, name, path)) co_return;
    co_await copy_into_place(partial.file(), folder, std::move(name), std::move(path), partial.is_durable());
    partial.discard();
}

asio::awaitable<void> copy_into_place(std::string from, std::string to) {
    const std::string above = fs::path(to).parent_path().string();
    make_folders(above);
    const File source = File::open(from, O_RDONLY);
    const File folder = File::open(above.empty() ? "." : above, O_RDONLY | O_DIRECTORY);
    co_await copy_into_place(source, folder.fd(), fs::path(to).filename().string(), to);
}

asio::awaitable<void> copy_into_place(const File& from, int folder, std::string name, std::string path, bool durable) {
    // The caller's descriptor may be closed while this waits.
    const File own = File::duplicate(folder, path);
    TemporaryName temporary(own.fd(), path);
    File target = temporary.create();
    co_await copy_all(from, target);
    if (durable) target.sync_data();
    target.close();
    temporary.move_to(name);
    if (durable) sync_folder(own.fd(), path);
}

asio::awaitable<std::string> place_in_local_dir(std::string from, std::string local_dir, std::string file,
                                                std::optional<bool> use_symlinks, std::uint64_t threshold) {
    std::error_code error;
    const std::string real = fs::canonical(from, error).string();
    if (error) throw_file_system("cannot resolve", from, error);
    bool link = use_symlinks.value_or(false);
    if (!use_symlinks) {
        link = fs::file_size(real, error) > threshold;
        if (error) throw_file_system("cannot examine", real, error);
    }
    FolderTree tree(local_dir);
    const auto [folder, name] = tree.parent(file);
    const std::string to = (fs::path(local_dir) / file).string();
    // Where the file really is, for a folder that was reached through a link.
    const std::string there = (fs::canonical(local_dir, error) / file).string();
    if (link && replace_with_link(relative_link(real, error ? to : there), folder, name, to)) co_return to;
    const File source = File::open(real, O_RDONLY);
    co_await copy_into_place(source, folder, name, to);
    co_return to;
}

}  // namespace hf
