#include "workflow/cache_destination.hpp"

#include "transfer/hub_download.hpp"

#include <hf/session/environment.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <filesystem>

#include <unistd.h>

namespace hf {

namespace asio = boost::asio;
namespace fs = std::filesystem;

asio::awaitable<std::string> hash_of_file(const File& file, Content content) {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    ContentHash hash(content);
    const std::unique_ptr<char[]> buffer(new char[BufferPool::large]);
    const std::uint64_t size = *content.size();
    while (hash.position() < size) {
        const std::size_t n = file.read_at(buffer.get(), BufferPool::large, hash.position());
        if (n == 0) break;
        hash.update(buffer.get(), n);
        if (hash.position() < size) co_await asio::post(executor, asio::use_awaitable);
    }
    co_return hash.finish();
}

CacheDestination::CacheDestination(Session session, std::shared_ptr<Transfers> transfers, RepoCache cache,
                                   std::string commit)
    : session_(std::move(session)),
      transfers_(std::move(transfers)),
      cache_(std::move(cache)),
      commit_(std::move(commit)),
      snapshot_path_(cache_.paths().snapshot(commit_).string()),
      store_(cache_.partials(transfers_->config.keep_partials_above)) {
    if (folder_exists(snapshot_path_)) snapshot_.emplace(snapshot_path_);
}

bool CacheDestination::has(const SnapshotFile& file) {
    if (!snapshot_) return false;
    const auto [folder, name] = snapshot_->existing_parent(file.path);
    return folder >= 0 && file_exists_at(folder, name);
}

bool CacheDestination::may_be_here(const SnapshotFile& file) { return cache_.has_blob(file.etag); }

void CacheDestination::open() {
    if (blobs_) return;
    const std::string blobs = cache_.paths().blobs().string();
    make_folders(blobs);
    blobs_ = File::open(blobs, O_RDONLY | O_DIRECTORY);
    if (!snapshot_) snapshot_.emplace(snapshot_path_);
    store_->clean();
}

void CacheDestination::point(const SnapshotFile& file, bool fresh) {
    const auto [folder, name] = snapshot_->parent(file.path);
    std::string link = "../../";
    for (const char c : file.path) {
        if (c == '/') link += "../";
    }
    link += "blobs/" + file.etag;
    // The usual case in one call; everything else as for single files.
    if (::symlinkat(link.c_str(), folder, name.c_str()) != 0) cache_.point(commit_, file.path, file.etag, fresh);
}

asio::awaitable<bool> CacheDestination::reuse(const SameContent& content) {
    open();
    if (!file_exists_at(blobs_.fd(), content.first().etag)) co_return false;
    for (const SnapshotFile* file : content.files) point(*file, false);
    co_return true;
}

asio::awaitable<void> CacheDestination::fetch(const SameContent& content, FetchJob job) {
    open();
    const SnapshotFile& first = content.first();
    if (first.size >= transfers_->config.keep_partials_above) {
        co_await fetch_into_cache(session_, transfers_, cache_, std::move(job));
    } else {
        Fetch fetch(session_, transfers_, std::move(job));
        Partial partial = co_await fetch.run();
        partial.publish(blobs_.fd(), first.etag, cache_.paths().blob(first.etag).string());
    }
    // Where there are no links, the blob moves to the last one.
    for (const SnapshotFile* file : content.files) point(*file, file == content.files.back());
}

LocalDirDestination::LocalDirDestination(Session session, std::shared_ptr<Transfers> transfers, RepoCache cache,
                                         std::string commit, std::string local_dir, std::optional<bool> use_symlinks)
    : session_(std::move(session)),
      transfers_(std::move(transfers)),
      cache_(std::move(cache)),
      commit_(std::move(commit)),
      local_dir_(std::move(local_dir)),
      use_symlinks_(use_symlinks),
      store_(is_cached()
                 ? cache_.partials(transfers_->config.keep_partials_above)
                 : std::make_shared<PartialStore>(local_dir_ + "/.hfhub", transfers_->config.keep_partials_above)) {}

// As the reference: what is in the cache is placed anew each time, for the user may have changed the copy.
bool LocalDirDestination::has(const SnapshotFile&) { return false; }

bool LocalDirDestination::may_be_here(const SnapshotFile& file) {
    return cache_.has_blob(file.etag) || file_exists((fs::path(local_dir_) / file.path).string());
}

void LocalDirDestination::make_cache_folders(const SameContent& content) const {
    make_folders(cache_.paths().blobs().string());
    for (const SnapshotFile* file : content.files)
        make_folders(cache_.paths().pointer(commit_, file->path).parent_path().string());
}

asio::awaitable<void> LocalDirDestination::place(std::string from, const SameContent& content) {
    const std::uint64_t threshold = session_.environment().local_dir_auto_symlink_threshold;
    for (const SnapshotFile* file : content.files)
        co_await place_in_local_dir(from, local_dir_, file->path, use_symlinks_, threshold);
}

asio::awaitable<bool> LocalDirDestination::reuse(const SameContent& content) {
    const SnapshotFile& first = content.first();
    make_cache_folders(content);
    const std::string pointer = cache_.paths().pointer(commit_, first.path).string();
    const std::string blob = cache_.paths().blob(first.etag).string();
    std::string from;
    if (file_exists(pointer))
        from = pointer;
    else if (file_exists(blob))
        from = blob;
    if (!from.empty()) {
        co_await place(from, content);
        co_return true;
    }
    if (is_cached()) co_return false;
    // Not in the cache by the user's wish: the file of an earlier call is as good if it is unchanged.
    for (const SnapshotFile* file : content.files) {
        const std::string local = (fs::path(local_dir_) / file->path).string();
        const File there = File::try_open_at(AT_FDCWD, local.c_str(), O_RDONLY, local);
        if (!there || there.size() != file->size) co_return false;
        const std::string found = co_await hash_of_file(there, Content(file->etag, file->size));
        if (found != file->etag) co_return false;
    }
    co_return true;
}

asio::awaitable<void> LocalDirDestination::fetch(const SameContent& content, FetchJob job) {
    const SnapshotFile& first = content.first();
    std::string destination;
    if (!is_cached()) destination = (fs::path(local_dir_) / first.path).string();
    co_await fetch_into_cache(session_, transfers_, cache_, std::move(job), destination);
    if (is_cached()) {
        const std::string blob = cache_.paths().blob(first.etag).string();
        co_await place(blob, content);
        co_return;
    }
    for (const SnapshotFile* file : content.files) {
        if (file != &first) co_await copy_into_place(destination, (fs::path(local_dir_) / file->path).string());
    }
}

}  // namespace hf
