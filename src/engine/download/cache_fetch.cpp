#include "engine/download/cache_fetch.hpp"

#include "engine/download/fetch.hpp"
#include "engine/files/file_lock.hpp"

#include <filesystem>

namespace hf {

namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

bool worth_a_lock(const TransferConfig& config, const ContentId& content) {
    // Two processes that fetch the same small file at once lose less than a lock costs.
    return config.lock_files && (!content.size() || *content.size() >= config.keep_partials_above);
}

}  // namespace

asio::awaitable<ContentId> fetch_into_cache(std::shared_ptr<const TransferCall> call, RepoCache cache, FetchJob job,
                                            std::string local_dir) {
    const TransferConfig& config = call->engine->config;
    const std::string file = job.name, incomplete = job.incomplete;
    File lock;
    if (worth_a_lock(config, job.content)) {
        lock = co_await take_lock(cache.paths().lock(job.content.etag()).string(), config.lock_wait,
                                  call->session.clock());
        // Somebody else may have fetched it meanwhile.
        const std::string blob = cache.paths().blob(job.content.etag()).string();
        if (!job.again && local_dir.empty() && file_exists(blob, job.content.size())) co_return job.content;
    }
    if (job.xet && !job.older) job.older = cache.newest_version(file);
    Fetch fetch(std::move(call), std::move(job));
    Partial partial = co_await fetch.run();
    const ContentId content(fetch.content().etag(), partial.file().size());
    if (local_dir.empty()) {
        const File blobs = cache.blobs();
        const std::string blob = cache.paths().blob(content.etag()).string();
        co_await put_into_place(std::move(partial), blobs.fd(), content.etag(), blob);
    } else {
        FolderTree tree(local_dir);
        const auto [folder, name] = tree.parent(file);
        co_await put_into_place(std::move(partial), folder, name, tree.full_path(file));
    }
    std::error_code ignored;
    if (!incomplete.empty()) fs::remove(incomplete, ignored);
    co_return content;
}

}  // namespace hf
