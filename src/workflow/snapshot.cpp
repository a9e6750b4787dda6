#include "core/safe_path.hpp"
#include "engine/download/file_metadata.hpp"
#include "engine/download/hub_download.hpp"
#include "engine/download/not_cached.hpp"
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

}  // namespace

PatternFilter pattern_filter(const StringList& allow, const StringList& ignore) {
    return PatternFilter(patterns_of(allow), patterns_of(ignore));
}

asio::awaitable<std::vector<std::string>> unmatched_in_slices(const PatternFilter& filter,
                                                              std::span<const std::string_view> paths, Slice& slice) {
    constexpr std::size_t piece = 64;
    std::vector<std::string> out = filter.unmatched({});
    for (std::size_t at = 0; at < paths.size() && !out.empty(); at += piece) {
        const std::vector<std::string> here = filter.unmatched(paths.subspan(at, std::min(piece, paths.size() - at)));
        std::erase_if(out, [&](const std::string& pattern) { return std::ranges::find(here, pattern) == here.end(); });
        if (slice.is_over()) co_await slice.pause();
    }
    co_return out;
}

SnapshotArgs::SnapshotArgs(const Session& session, std::string_view repo_id, const SnapshotDownloadOptions& options)
    : cache_dir(options.cache_dir.empty() ? session.cache_dir() : options.cache_dir),
      local_dir(options.local_dir),
      use_symlinks(options.local_dir_use_symlinks),
      etag_timeout(options.etag_timeout),
      resume(options.resume_download),
      force(options.force_download),
      verify(options.verify),
      all_or_nothing(options.all_or_nothing),
      local_only(options.local_files_only),
      filter(pattern_filter(options.allow_patterns, options.ignore_patterns)),
      plan(options.plan) {
    const auto described = std::make_shared<TransferCall>(session, repo_id, options);
    if (described->at_once == 0)
        described->at_once = plan == SnapshotPlan::reference ? reference_workers : default_workers;
    call = described;
    etag_timeout.positive("etag_timeout");
    if (!is_safe_path(call->revision))
        throw_validation("revision", "revision: " + call->revision + " is no name of a revision");
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
    explicit SnapshotDownload(SnapshotArgs args)
        : args_(std::move(args)), call_(*args_.call), cache_(args_.cache_dir, call_.repo.type(), call_.repo.id()) {}

    asio::awaitable<std::string> run();
    /// Frees what there is of each file.
    asio::awaitable<void> forget();

private:
    asio::awaitable<void> ask();
    asio::awaitable<std::string> answer_from_cache(std::exception_ptr failure);
    asio::awaitable<FileFailures> fetch_listed();
    asio::awaitable<FileFailures> fetch_as_reference();
    asio::awaitable<void> fetch_file(const std::string& file, FileFailures& failures);
    asio::awaitable<void> fetch_file(std::string file);
    bool is_cached() const { return args_.local_dir.empty() || args_.use_symlinks.value_or(true); }
    bool is_wanted(std::string_view file);
    void tell(const std::string& text) const;
    asio::awaitable<void> tell_unmatched();
    std::string what() const { return call_.repo.id() + " at " + call_.revision; }
    std::string result() const;

    SnapshotArgs args_;
    const TransferCall& call_;
    RepoCache cache_;
    Slice slice_;
    std::string commit_;
    std::vector<std::string> siblings_;       // SnapshotPlan::reference
    std::optional<SnapshotListing> listing_;  // SnapshotPlan::listing
    std::size_t wanted_ = 0;                  // files that were asked for
};

asio::awaitable<void> SnapshotDownload::ask() {
    const bool as_reference = args_.plan == SnapshotPlan::reference;
    SnapshotHead head = co_await ask_head(args_.call, as_reference, slice_);
    commit_ = head.commit;
    if (as_reference) {
        siblings_ = std::move(head.siblings);
        for (const std::string& name : siblings_) {
            require_safe_path(name);
            if (slice_.is_over_lightly()) co_await slice_.pause();
        }
        co_return;
    }
    const bool anew = args_.force || args_.verify;
    SnapshotListing listing = co_await list_whole_snapshot(args_.call, head, anew, slice_);
    std::vector<FileFailure> lacking = co_await find_lacking(head, listing, slice_);
    std::ranges::move(lacking, std::back_inserter(listing.odd));
    listing_.emplace(std::move(listing));
    co_await clear_in_slices(head.siblings, slice_);
}

asio::awaitable<std::string> SnapshotDownload::answer_from_cache(std::exception_ptr failure) {
    const auto commit = cache_.commit_of(call_.revision);
    const std::string folder = commit ? cache_.paths().snapshot(*commit).string() : std::string();
    if (!commit || !folder_exists(folder)) throw_not_cached("a snapshot of " + what(), args_.local_only, failure);
    const CachedSnapshot snapshot = co_await CachedSnapshot::look(cache_, *commit, args_.filter, slice_);
    if (!snapshot.missing().empty()) throw_incomplete(what(), folder, snapshot, args_.local_only, failure);
    if (!snapshot.known())
        tell(what() + " is given from the cache without asking the Hub, and the cache does not know all of its files");
    else if (failure && !call_.session.offline())
        tell(what() + " is given from the cache: " + message_of(failure));
    if (args_.local_dir.empty()) co_return folder;
    for (const std::string& file : snapshot.files()) {
        if (slice_.is_over()) co_await slice_.pause();
        if (is_of_clients(file)) continue;
        co_await place_in_local_dir(folder + "/" + file, args_.local_dir, file, args_.use_symlinks,
                                    call_.session.environment().local_dir_auto_symlink_threshold);
    }
    co_return result();
}

void SnapshotDownload::tell(const std::string& text) const {
    if (call_.progress) call_.progress->notice(text);
}

asio::awaitable<void> SnapshotDownload::tell_unmatched() {
    std::vector<std::string_view> names;
    names.reserve(siblings_.size() + (listing_ ? listing_->files.size() : 0));
    for (const std::string& name : siblings_) {
        names.push_back(name);
        if (slice_.is_over_lightly()) co_await slice_.pause();
    }
    if (listing_) {
        for (const SnapshotFile& file : listing_->files) {
            names.push_back(file.path);
            if (slice_.is_over_lightly()) co_await slice_.pause();
        }
        for (const FileFailure& odd : listing_->odd) names.push_back(odd.path);
    }
    const std::vector<std::string> unmatched = co_await unmatched_in_slices(args_.filter, names, slice_);
    for (const std::string& pattern : unmatched)
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
    const auto at_commit = std::make_shared<TransferCall>(call_);
    at_commit->revision = commit_;
    HubDownloadArgs args(at_commit, file);
    args.cache_dir = args_.cache_dir;
    args.local_dir = args_.local_dir;
    args.use_symlinks = args_.use_symlinks;
    args.timeout = hf::etag_timeout(call_.session, args_.etag_timeout);
    args.resume = args_.resume;
    args.force = args_.force;
    co_await hub_download(std::move(args));
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
        if (slice_.is_over_lightly()) co_await slice_.pause();
    }
    FileFailures failures;
    const auto fetch = [&](std::size_t i) { return fetch_file(files[i], failures); };
    co_await for_each_bounded(files.size(), call_.at_once, fetch);
    co_return failures;
}

asio::awaitable<FileFailures> SnapshotDownload::fetch_listed() {
    std::vector<const SnapshotFile*> files;
    PathLayout layout;
    layout.reserve(listing_->files.size());
    files.reserve(listing_->files.size());
    for (const SnapshotFile& file : listing_->files) {
        if (slice_.is_over_lightly()) co_await slice_.pause();
        if (!is_wanted(file.path)) continue;
        files.push_back(&file);
        layout.add(file.path);
    }
    require_layout(layout);
    co_await clear_in_slices(layout, slice_);
    std::unique_ptr<SnapshotDestination> destination;
    if (args_.local_dir.empty()) {
        destination = std::make_unique<CacheDestination>(args_.call, cache_, commit_, args_.verify);
    } else {
        destination = std::make_unique<LocalDirDestination>(args_.call, cache_, commit_, args_.local_dir,
                                                            args_.use_symlinks, args_.verify);
    }
    SnapshotRun run(args_.call, slice_);
    run.force = args_.force;
    run.all_or_nothing = args_.all_or_nothing;
    if (args_.resume) run.incomplete_folder = cache_.paths().blobs().string();
    run.failures.add(listing_->odd, args_.filter);
    wanted_ += run.failures.size();
    if (args_.all_or_nothing && !run.failures.empty()) run.failures.raise(wanted_);
    co_await run.run(commit_, files, *destination);
    co_return std::move(run.failures);
}

asio::awaitable<void> SnapshotDownload::forget() {
    co_await clear_in_slices(siblings_, slice_);
    if (listing_) co_await clear_in_slices(listing_->files, slice_);
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
    co_await tell_unmatched();
    if (listing_ && listing_->odd.empty() && is_cached()) co_await write_cached_tree(cache_, *listing_, slice_);
    FileFailures failures;
    if (as_reference)
        failures = co_await fetch_as_reference();
    else
        failures = co_await fetch_listed();
    if (!failures.empty()) failures.raise(wanted_);
    // Says that all is there that was asked for.
    if (is_cached()) cache_.store_ref(call_.revision, commit_);
    if (call_.progress) call_.progress->set_state(ProgressSink::State::done);
    co_return result();
}

}  // namespace

asio::awaitable<std::string> download_snapshot(SnapshotArgs args) {
    SnapshotDownload download(std::move(args));
    std::string folder;
    std::exception_ptr failure;
    try {
        folder = co_await download.run();
    } catch (...) {
        failure = std::current_exception();
    }
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await download.forget();
    if (failure) std::rethrow_exception(failure);
    co_return folder;
}

}  // namespace hf
