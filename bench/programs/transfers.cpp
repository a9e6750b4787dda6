#include "bench.hpp"

#include <hf/core/hash.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

namespace bench {

namespace asio = boost::asio;

namespace {

/// What `--worker-threads`, `--first-streams` and `--max-streams` ask for; 0 leaves the library's default.
class TransferSetup {
public:
    TransferSetup(hf::HfApi& api, const Arguments& arguments) {
        hf::TransferConfig config;
        if (const auto threads = arguments.number("worker-threads", 0)) {
            pool_ = std::make_unique<asio::thread_pool>(threads);
            config.worker = pool_->get_executor();
        }
        config.first_streams = static_cast<unsigned>(arguments.number("first-streams", config.first_streams));
        config.max_streams = static_cast<unsigned>(arguments.number("max-streams", config.max_streams));
        api.configure_transfers(std::move(config));
    }

private:
    std::unique_ptr<asio::thread_pool> pool_;
};

/// Notes how many bytes had arrived when `--look-after` milliseconds were over.
asio::awaitable<void> look(std::chrono::milliseconds after, const hf::ProgressSink& progress, Figures& figures) {
    asio::steady_timer timer(co_await asio::this_coro::executor, after);
    co_await timer.async_wait(asio::use_awaitable);
    figures["bytes_at_look"] = static_cast<double>(progress.counters().bytes_received);
}

asio::awaitable<void> mirror_once(const hf::HfApi& api, std::string repo, std::string folder, hf::MirrorOptions options,
                                  Figures& figures) {
    const Watch watch;
    const hf::MirrorResult result = co_await api.mirror(repo, folder, options);
    figures["seconds"] = watch.seconds();
    figures["files"] = static_cast<double>(result.files);
    figures["fetched"] = static_cast<double>(result.fetched);
    figures["bytes"] = static_cast<double>(result.bytes);
}

asio::awaitable<void> snapshot_once(const hf::HfApi& api, std::string repo, hf::SnapshotDownloadOptions options,
                                    Figures& figures) {
    const Watch watch;
    const std::string folder = co_await api.snapshot_download(repo, options);
    figures["seconds"] = watch.seconds();
}

asio::awaitable<void> upload_once(const hf::HfApi& api, std::string repo, std::string folder, bool create,
                                  Figures& figures) {
    if (create) co_await api.create_repo(repo, {.exist_ok = true});
    const Watch watch;
    const hf::CommitInfo commit = co_await api.upload_folder(repo, folder);
    figures["seconds"] = watch.seconds();
}

}  // namespace

Figures mirror(const Arguments& arguments) {
    asio::io_context context(1);
    hf::HfApi api = make_api(context, arguments);
    const TransferSetup setup(api, arguments);
    hf::ProgressSink progress;
    const std::string allow = arguments.text("allow");
    hf::MirrorOptions options;
    options.max_workers = static_cast<unsigned>(arguments.number("jobs", 0));
    options.progress = &progress;
    if (!allow.empty()) options.allow_patterns = {allow};
    Figures figures;
    if (const auto after = arguments.number("look-after", 0))
        asio::co_spawn(context, look(std::chrono::milliseconds(after), progress, figures), asio::detached);
    std::uint64_t requests = 0;
    api.session().on_request([&requests](const hf::RequestEvent&) { ++requests; });
    const double before = resident_mib();
    run(context, mirror_once(api, arguments.text("repo"), arguments.text("to"), options, figures), arguments, figures);
    figures["resident_before"] = before;
    figures["bytes_received"] = static_cast<double>(progress.counters().bytes_received);
    figures["requests"] = static_cast<double>(requests);
    figures["retries"] = static_cast<double>(progress.counters().retries);
    return figures;
}

Figures snapshot(const Arguments& arguments) {
    asio::io_context context(1);
    hf::HfApi api = make_api(context, arguments);
    const TransferSetup setup(api, arguments);
    const std::string cache = arguments.text("cache");
    hf::SnapshotDownloadOptions options;
    options.cache_dir = cache;
    options.max_workers = static_cast<unsigned>(arguments.number("jobs", 0));
    std::uint64_t requests = 0;
    api.session().on_request([&requests](const hf::RequestEvent&) { ++requests; });
    Figures figures;
    run(context, snapshot_once(api, arguments.text("repo"), options, figures), arguments, figures);
    figures["requests"] = static_cast<double>(requests);
    return figures;
}

Figures upload(const Arguments& arguments) {
    asio::io_context context(1);
    const hf::HfApi api = make_api(context, arguments);
    Figures figures;
    run(context,
        upload_once(api, arguments.text("repo"), arguments.text("from"), arguments.number("create", 1) != 0, figures),
        arguments, figures);
    return figures;
}

/// Hashes `--mib` MiB on each of `--threads` threads, in blocks of 256 KiB as the transfers do.
Figures hash(const Arguments& arguments) {
    const std::uint64_t blocks = arguments.number("mib", 1000) * 4;
    const std::uint64_t count = arguments.number("threads", 1);
    const std::string block(256u << 10, 'x');
    std::vector<std::string> digests(count);
    const auto one = [&](std::string& digest) {
        hf::Sha256 sha;
        for (std::uint64_t i = 0; i < blocks; ++i) sha.update(block);
        digest = sha.hex();
    };
    const Watch watch;
    std::vector<std::thread> threads;
    for (std::string& digest : digests) threads.emplace_back(one, std::ref(digest));
    for (std::thread& thread : threads) thread.join();
    const double seconds = watch.seconds();
    for (const std::string& digest : digests)
        if (digest != digests[0]) throw std::runtime_error("the same bytes gave different hashes");
    return {{"seconds", seconds}, {"bytes", static_cast<double>(count * blocks * block.size())}};
}

}  // namespace bench
