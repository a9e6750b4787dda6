#include "transfer/hub_download.hpp"
#include "workflow/cache_destination.hpp"
#include "workflow/snapshot_args.hpp"
#include "workflow/snapshot_listing.hpp"
#include "workflow/snapshot_run.hpp"

#include <hf/core/constants.hpp>
#include <hf/core/error.hpp>
#include <hf/core/for_each_bounded.hpp>
#include <hf/core/repo.hpp>
#include <hf/core/safe_path.hpp>

#include <filesystem>

namespace hf {

namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

constexpr unsigned reference_workers = 8;  // the reference's default

PatternFilter::Patterns patterns(const StringList& list) {
    if (!list.given()) return std::nullopt;
    return list.to_vector();
}

}  // namespace

PatternFilter pattern_filter(const StringList& allow, const StringList& ignore) {
    return PatternFilter(patterns(allow), patterns(ignore));
}

SnapshotArgs::SnapshotArgs(const Session& session, std::string_view repo_id, const SnapshotDownloadOptions& options)
    : repo(options.repo_type, repo_id),
      revision(options.revision.empty() ? default_revision : options.revision),
      cache_dir(options.cache_dir.empty() ? session.cache_dir() : options.cache_dir),
      local_dir(options.local_dir),
      use_symlinks(options.local_dir_use_symlinks),
      etag_timeout(options.etag_timeout),
      resume(options.resume_download),
      force(options.force_download),
      local_only(options.local_files_only),
      token(options.token),
      filter(pattern_filter(options.allow_patterns, options.ignore_patterns)),
      max_workers(options.max_workers),
      plan(options.plan),
      progress(options.progress) {
    if (max_workers == 0) max_workers = plan == SnapshotPlan::reference ? reference_workers : default_workers;
    if (!is_safe_path(revision)) throw_validation("revision", "revision: " + revision + " is no name of a revision");
}

namespace {

/// One call of snapshot_download.
class SnapshotDownload {
public:
    SnapshotDownload(Session session, std::shared_ptr<Transfers> transfers, SnapshotArgs args)
        : session_(std::move(session)),
          transfers_(std::move(transfers)),
          args_(std::move(args)),
          cache_(args_.cache_dir, args_.repo.type(), args_.repo.id()) {}

    asio::awaitable<std::string> run();

private:
    asio::awaitable<void> ask();
    std::string answer_from_cache(std::exception_ptr failure) const;
    asio::awaitable<void> fetch_listed();
    asio::awaitable<void> fetch_as_reference();
    asio::awaitable<void> fetch_file(std::string file);
    std::string result() const;

    Session session_;
    std::shared_ptr<Transfers> transfers_;
    SnapshotArgs args_;
    RepoCache cache_;
    std::string commit_;
    std::vector<std::string> siblings_;       // SnapshotPlan::reference
    std::optional<SnapshotListing> listing_;  // SnapshotPlan::listing
};

asio::awaitable<void> SnapshotDownload::ask() {
    const bool as_reference = args_.plan == SnapshotPlan::reference;
    SnapshotHead head = co_await ask_head(session_, args_.repo, args_.revision, args_.token, as_reference);
    commit_ = std::move(head.commit);
    siblings_ = std::move(head.siblings);
    for (const std::string& name : siblings_) require_safe_path(name);
    if (as_reference) co_return;
    SnapshotListing listing = co_await list_snapshot(session_, args_.repo, commit_, args_.token, args_.force);
    require_no_odd(listing);
    listing_.emplace(std::move(listing));
}

std::string SnapshotDownload::answer_from_cache(std::exception_ptr failure) const {
    if (const auto commit = cache_.commit_of(args_.revision)) {
        // What the call asked for is not compared: without the Hub nobody knows which files belong to it.
        std::string folder = cache_.paths().snapshot(*commit).string();
        if (folder_exists(folder)) return folder;
    }
    throw_not_cached("a snapshot of " + args_.repo.id() + " at " + args_.revision, args_.local_only, failure);
}

std::string SnapshotDownload::result() const {
    if (args_.local_dir.empty()) return cache_.paths().snapshot(commit_).string();
    std::error_code ignored;
    const fs::path real = fs::weakly_canonical(fs::absolute(args_.local_dir), ignored);
    return ignored ? args_.local_dir : real.string();
}

asio::awaitable<void> SnapshotDownload::fetch_file(std::string file) {
    HfHubDownloadOptions options;
    options.repo_type = args_.repo.type();
    options.revision = commit_;
    options.cache_dir = args_.cache_dir;
    options.local_dir = args_.local_dir;
    options.local_dir_use_symlinks = args_.use_symlinks;
    options.etag_timeout = args_.etag_timeout;
    options.resume_download = args_.resume;
    options.force_download = args_.force;
    options.token = args_.token.get();
    options.progress = args_.progress;
    HubDownloadArgs args(session_, args_.repo.id(), file, options);
    co_await hub_download(session_, transfers_, std::move(args));
}

asio::awaitable<void> SnapshotDownload::fetch_as_reference() {
    std::vector<std::string> files;
    for (std::string& name : siblings_) {
        if (args_.filter.matches(name)) files.push_back(std::move(name));
    }
    const auto fetch = [&](std::size_t i) { return fetch_file(files[i]); };
    co_await for_each_bounded(files.size(), args_.max_workers, fetch);
}

asio::awaitable<void> SnapshotDownload::fetch_listed() {
    std::vector<const SnapshotFile*> files;
    for (const SnapshotFile& file : listing_->files) {
        if (args_.filter.matches(file.path)) files.push_back(&file);
    }
    require_layout(files);
    std::unique_ptr<SnapshotDestination> destination;
    if (args_.local_dir.empty()) {
        destination = std::make_unique<CacheDestination>(session_, transfers_, cache_, commit_);
    } else {
        destination = std::make_unique<LocalDirDestination>(session_, transfers_, cache_, commit_, args_.local_dir,
                                                            args_.use_symlinks);
    }
    SnapshotRun run(session_, transfers_, args_.repo, args_.token);
    run.max_workers = args_.max_workers;
    run.force = args_.force;
    run.progress = args_.progress;
    if (args_.resume) run.incomplete_folder = cache_.paths().blobs().string();
    co_await run.run(commit_, std::move(files), *destination);
}

asio::awaitable<std::string> SnapshotDownload::run() {
    if (args_.local_only) co_return answer_from_cache(nullptr);
    std::exception_ptr failure;
    try {
        co_await ask();
    } catch (const InvalidResponseError&) {
        throw;  // as the reference: not a Hub that is out of reach
    } catch (const Error& error) {
        if (!may_use_cache(error)) throw;
        failure = std::current_exception();
    }
    if (failure) co_return answer_from_cache(failure);
    cache_.store_ref(args_.revision, commit_);
    if (args_.plan == SnapshotPlan::reference)
        co_await fetch_as_reference();
    else
        co_await fetch_listed();
    if (args_.progress) args_.progress->set_state(ProgressSink::State::done);
    co_return result();
}

}  // namespace

asio::awaitable<std::string> download_snapshot(Session session, std::shared_ptr<Transfers> transfers,
                                               SnapshotArgs args) {
    SnapshotDownload download(std::move(session), std::move(transfers), std::move(args));
    co_return co_await download.run();
}

}  // namespace hf
