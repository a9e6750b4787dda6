#include "engine/download/hub_download.hpp"
#include "workflow/cache_destination.hpp"
#include "workflow/cached_tree.hpp"
#include "workflow/client_folder.hpp"
#include "workflow/snapshot_args.hpp"
#include "workflow/snapshot_listing.hpp"
#include "workflow/snapshot_run.hpp"

#include <hf/core/constants.hpp>
#include <hf/core/error.hpp>
#include <hf/core/for_each_bounded.hpp>
#include <hf/core/repo.hpp>
#include <hf/core/safe_path.hpp>
#include <hf/session/environment.hpp>
#include <hf/transfer/progress.hpp>

#include <algorithm>
#include <filesystem>
#include <iterator>

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
      verify(options.verify),
      all_or_nothing(options.all_or_nothing),
      local_only(options.local_files_only),
      token(options.token),
      filter(pattern_filter(options.allow_patterns, options.ignore_patterns)),
      max_workers(options.max_workers),
      plan(options.plan),
      progress(options.progress) {
    etag_timeout.positive("etag_timeout");
    if (max_workers == 0) max_workers = plan == SnapshotPlan::reference ? reference_workers : default_workers;
    if (!is_safe_path(revision)) throw_validation("revision", "revision: " + revision + " is no name of a revision");
}

namespace {

std::string message_of(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const Error& error) {
        return error.message();
    }
}

[[noreturn]] void throw_incomplete(const std::string& what, const std::string& folder, const CachedSnapshot& snapshot,
                                   bool local_only, const std::exception_ptr& cause) {
    const std::size_t there = snapshot.files().size(), all = there + snapshot.missing().size();
    try {
        throw_not_cached(what + " is incomplete: there are " + std::to_string(there) + " of " + std::to_string(all) +
                             " files; " + snapshot.missing().front(),
                         local_only, cause);
    } catch (const LocalEntryNotFoundError& error) {
        ErrorInfo info = error.info();
        info.argument = folder;
        throw IncompleteSnapshotError(std::move(info));
    }
}

/// One call of snapshot_download.
class SnapshotDownload {
public:
    SnapshotDownload(Session session, std::shared_ptr<TransferEngine> transfers, SnapshotArgs args)
        : session_(std::move(session)),
          transfers_(std::move(transfers)),
          args_(std::move(args)),
          cache_(args_.cache_dir, args_.repo.type(), args_.repo.id()) {}

    asio::awaitable<std::string> run();

private:
    asio::awaitable<void> ask();
    asio::awaitable<std::string> answer_from_cache(std::exception_ptr failure) const;
    asio::awaitable<FileFailures> fetch_listed();
    asio::awaitable<FileFailures> fetch_as_reference();
    asio::awaitable<void> fetch_file(const std::string& file, FileFailures& failures);
    asio::awaitable<void> fetch_file(std::string file);
    bool is_cached() const { return args_.local_dir.empty() || args_.use_symlinks.value_or(true); }
    bool is_wanted(std::string_view file);
    void tell(const std::string& text) const;
    void tell_unmatched() const;
    std::string what() const { return args_.repo.id() + " at " + args_.revision; }
    std::string result() const;

    Session session_;
    std::shared_ptr<TransferEngine> transfers_;
    SnapshotArgs args_;
    RepoCache cache_;
    std::string commit_;
    std::vector<std::string> siblings_;       // SnapshotPlan::reference
    std::optional<SnapshotListing> listing_;  // SnapshotPlan::listing
    std::size_t wanted_ = 0;                  // files that were asked for
};

asio::awaitable<void> SnapshotDownload::ask() {
    const bool as_reference = args_.plan == SnapshotPlan::reference;
    SnapshotHead head = co_await ask_head(session_, args_.repo, args_.revision, args_.token, as_reference);
    commit_ = head.commit;
    if (as_reference) {
        siblings_ = std::move(head.siblings);
        for (const std::string& name : siblings_) require_safe_path(name);
        co_return;
    }
    const bool anew = args_.force || args_.verify;
    SnapshotListing listing = co_await list_whole_snapshot(session_, args_.repo, head, args_.token, anew);
    std::ranges::move(find_lacking(head, listing), std::back_inserter(listing.odd));
    listing_.emplace(std::move(listing));
}

asio::awaitable<std::string> SnapshotDownload::answer_from_cache(std::exception_ptr failure) const {
    const auto commit = cache_.commit_of(args_.revision);
    const std::string folder = commit ? cache_.paths().snapshot(*commit).string() : std::string();
    if (!commit || !folder_exists(folder)) throw_not_cached("a snapshot of " + what(), args_.local_only, failure);
    const CachedSnapshot snapshot(cache_, *commit, args_.filter);
    if (!snapshot.missing().empty()) throw_incomplete(what(), folder, snapshot, args_.local_only, failure);
    if (!snapshot.known())
        tell(what() + " is given from the cache without asking the Hub, and the cache does not know all of its files");
    else if (failure && !session_.offline())
        tell(what() + " is given from the cache: " + message_of(failure));
    if (args_.local_dir.empty()) co_return folder;
    for (const std::string& file : snapshot.files()) {
        if (is_of_clients(file)) continue;
        co_await place_in_local_dir(folder + "/" + file, args_.local_dir, file, args_.use_symlinks,
                                    session_.environment().local_dir_auto_symlink_threshold);
    }
    co_return result();
}

void SnapshotDownload::tell(const std::string& text) const {
    if (args_.progress) args_.progress->notice(text);
}

void SnapshotDownload::tell_unmatched() const {
    std::vector<std::string_view> names(siblings_.begin(), siblings_.end());
    if (listing_) {
        for (const SnapshotFile& file : listing_->files) names.push_back(file.path);
        for (const FileFailure& odd : listing_->odd) names.push_back(odd.path);
    }
    for (const std::string& pattern : args_.filter.unmatched(names))
        tell("no file of " + what() + " matches the pattern '" + pattern + "'");
}

bool SnapshotDownload::is_wanted(std::string_view file) {
    if (!args_.filter.matches(file)) return false;
    if (!args_.local_dir.empty() && is_of_clients(file)) {
        tell(std::string(file) + " is left out: its name belongs to clients of the Hub");
        return false;
    }
    ++wanted_;
    return true;
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

asio::awaitable<void> SnapshotDownload::fetch_file(const std::string& file, FileFailures& failures) {
    try {
        co_await fetch_file(file);
        failures.came();
    } catch (const Error& error) {
        if (args_.all_or_nothing || !failures.keep(file, error)) throw;
    }
}

asio::awaitable<FileFailures> SnapshotDownload::fetch_as_reference() {
    std::vector<std::string> files;
    for (const std::string& name : siblings_) {
        if (is_wanted(name)) files.push_back(name);
    }
    FileFailures failures;
    const auto fetch = [&](std::size_t i) { return fetch_file(files[i], failures); };
    co_await for_each_bounded(files.size(), args_.max_workers, fetch);
    co_return failures;
}

asio::awaitable<FileFailures> SnapshotDownload::fetch_listed() {
    std::vector<const SnapshotFile*> files;
    for (const SnapshotFile& file : listing_->files) {
        if (is_wanted(file.path)) files.push_back(&file);
    }
    require_layout(files);
    std::unique_ptr<SnapshotDestination> destination;
    if (args_.local_dir.empty()) {
        destination = std::make_unique<CacheDestination>(session_, transfers_, cache_, commit_, args_.verify);
    } else {
        destination = std::make_unique<LocalDirDestination>(session_, transfers_, cache_, commit_, args_.local_dir,
                                                            args_.use_symlinks, args_.verify);
    }
    SnapshotRun run(session_, transfers_, args_.repo, args_.token);
    run.max_workers = args_.max_workers;
    run.force = args_.force;
    run.all_or_nothing = args_.all_or_nothing;
    run.progress = args_.progress;
    if (args_.resume) run.incomplete_folder = cache_.paths().blobs().string();
    run.failures.add(listing_->odd, args_.filter);
    wanted_ += run.failures.size();
    if (args_.all_or_nothing && !run.failures.empty()) run.failures.raise(wanted_);
    co_await run.run(commit_, std::move(files), *destination);
    co_return std::move(run.failures);
}

asio::awaitable<std::string> SnapshotDownload::run() {
    const bool as_reference = args_.plan == SnapshotPlan::reference;
    std::exception_ptr failure;
    try {
        if (!args_.local_only) co_await ask();
    } catch (const InvalidResponseError&) {
        throw;  // as the reference: not a Hub that is out of reach
    } catch (const Error& error) {
        if (!may_use_cache(error)) throw;
        failure = std::current_exception();
    }
    if (args_.local_only || failure) {
        std::string folder = co_await answer_from_cache(failure);
        co_return folder;
    }
    tell_unmatched();
    if (listing_ && listing_->odd.empty() && is_cached()) write_cached_tree(cache_, *listing_);
    FileFailures failures;
    if (as_reference)
        failures = co_await fetch_as_reference();
    else
        failures = co_await fetch_listed();
    if (!failures.empty()) failures.raise(wanted_);
    // Says that all is there that was asked for.
    if (is_cached()) cache_.store_ref(args_.revision, commit_);
    if (args_.progress) args_.progress->set_state(ProgressSink::State::done);
    co_return result();
}

}  // namespace

asio::awaitable<std::string> download_snapshot(Session session, std::shared_ptr<TransferEngine> transfers,
                                               SnapshotArgs args) {
    SnapshotDownload download(std::move(session), std::move(transfers), std::move(args));
    co_return co_await download.run();
}

}  // namespace hf
