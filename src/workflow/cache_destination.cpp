#include "workflow/cache_destination.hpp"

#include "engine/download/cache_fetch.hpp"
#include "engine/download/fetch.hpp"
#include "engine/files/hash_file.hpp"

#include <hf/session/environment.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace hf {

namespace asio = boost::asio;

asio::awaitable<bool> is_right(int folder, std::string name, const SnapshotFile& file, bool verify,
                               asio::any_io_executor worker) {
    if (!file_exists_at(folder, name, file.size)) co_return false;
    if (!verify) co_return true;
    const File there = File::try_open_at(folder, name.c_str(), O_RDONLY | O_NONBLOCK, name);
    if (!there) co_return false;
    const std::string found = co_await hash_of_file(there, ContentId(file.etag, file.size), worker);
    co_return found == file.etag;
}

CacheDestination::CacheDestination(std::shared_ptr<const TransferCall> call, RepoCache cache, std::string commit,
                                   bool verify)
    : call_(std::move(call)),
      cache_(std::move(cache)),
      commit_(std::move(commit)),
      verify_(verify),
      store_(cache_.partials(call_->engine->config.keep_partials_above)),
      there_(cache_.existing_snapshots()) {}

bool CacheDestination::has(const SnapshotFile& file) {
    if (verify_ || !there_) return false;
    const auto [folder, name] = there_->existing_parent(commit_ + "/" + file.path);
    return folder >= 0 && file_exists_at(folder, name, file.size);
}

bool CacheDestination::may_be_here(const SnapshotFile& file) { return cache_.has_blob(file.etag, file.size); }

void CacheDestination::open() {
    if (folder_) return;
    folder_.emplace(cache_);
    there_.emplace(cache_.snapshots());
    store_->clean();
}

asio::awaitable<bool> CacheDestination::reuse(const SameContent& content) {
    open();
    const SnapshotFile& first = content.first();
    const bool blob = co_await is_right(folder_->blobs_fd(), first.etag, first, verify_, call_->worker);
    if (blob) {
        for (const SnapshotFile* file : content.files) {
            if (!folder_->points(commit_, file->path, file->etag))
                folder_->point(commit_, file->path, file->etag, false);
        }
        co_return true;
    }
    // Without verification `has` has looked already. Where there are no links, the content is in the snapshot.
    if (!verify_) co_return false;
    for (const SnapshotFile* file : content.files) {
        const auto [folder, name] = there_->existing_parent(commit_ + "/" + file->path);
        const bool right = folder >= 0 && co_await is_right(folder, name, *file, true, call_->worker);
        if (!right) co_return false;
    }
    co_return true;
}

asio::awaitable<void> CacheDestination::fetch(const SameContent& content, FetchJob job) {
    open();
    const SnapshotFile& first = content.first();
    if (verify_) job.again = true;  // what is there is wrong
    if (first.size >= call_->engine->config.keep_partials_above) {
        co_await fetch_into_cache(call_, cache_, std::move(job));
    } else {
        Fetch fetch(call_, std::move(job));
        Partial partial = co_await fetch.run();
        co_await put_into_place(std::move(partial), folder_->blobs_fd(), first.etag,
                                cache_.paths().blob(first.etag).string());
    }
    // Where there are no links, the blob moves to the last one.
    for (const SnapshotFile* file : content.files)
        folder_->point(commit_, file->path, file->etag, file == content.files.back());
}

LocalDirDestination::LocalDirDestination(std::shared_ptr<const TransferCall> call, RepoCache cache, std::string commit,
                                         std::string local_dir, std::optional<bool> use_symlinks, bool verify)
    : call_(std::move(call)),
      cache_(std::move(cache)),
      commit_(std::move(commit)),
      use_symlinks_(use_symlinks),
      verify_(verify),
      tree_(std::move(local_dir)),
      store_(is_cached()
                 ? cache_.partials(call_->engine->config.keep_partials_above)
                 : std::make_shared<PartialStore>(tree_.root(), ".hfhub", call_->engine->config.keep_partials_above)) {}

// As the reference: what is in the cache is placed anew each time, for the user may have changed the copy.
bool LocalDirDestination::has(const SnapshotFile&) { return false; }

bool LocalDirDestination::may_be_here(const SnapshotFile& file) {
    return cache_.has_blob(file.etag, file.size) || file_exists(tree_.full_path(file.path), file.size);
}

asio::awaitable<void> LocalDirDestination::place(std::string from, const SameContent& content) {
    const std::uint64_t threshold = call_->session.environment().local_dir_auto_symlink_threshold;
    for (const SnapshotFile* file : content.files)
        co_await place_in_local_dir(from, tree_.root(), file->path, use_symlinks_, threshold);
}

asio::awaitable<bool> LocalDirDestination::reuse(const SameContent& content) {
    const SnapshotFile& first = content.first();
    const std::string cached[] = {cache_.paths().pointer(commit_, first.path).string(),
                                  cache_.paths().blob(first.etag).string()};
    for (const std::string& from : cached) {
        const bool right = co_await is_right(AT_FDCWD, from, first, verify_, call_->worker);
        if (!right) continue;
        co_await place(from, content);
        co_return true;
    }
    if (is_cached()) co_return false;
    // Not in the cache by the user's wish: the file of an earlier call is as good if it is unchanged.
    for (const SnapshotFile* file : content.files) {
        const auto [folder, name] = tree_.existing_parent(file->path);
        const bool right = folder >= 0 && co_await is_right(folder, name, *file, true, call_->worker);
        if (!right) co_return false;
    }
    co_return true;
}

asio::awaitable<void> LocalDirDestination::fetch(const SameContent& content, FetchJob job) {
    const SnapshotFile& first = content.first();
    if (verify_) job.again = true;
    if (job.xet) job.older = File::try_open_readable(tree_.full_path(first.path));
    const std::string local_dir = is_cached() ? std::string() : tree_.root();
    co_await fetch_into_cache(call_, cache_, std::move(job), local_dir);
    if (is_cached()) {
        const std::string blob = cache_.paths().blob(first.etag).string();
        co_await place(blob, content);
        co_return;
    }
    const File fetched = File::open(tree_.full_path(first.path), O_RDONLY);
    for (const SnapshotFile* file : content.files) {
        if (file == &first) continue;
        const auto [folder, name] = tree_.parent(file->path);
        co_await copy_into_place(fetched, folder, name, tree_.full_path(file->path));
    }
}

}  // namespace hf
