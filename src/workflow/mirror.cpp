#include "workflow/mirror.hpp"

#include "core/rethrow.hpp"
#include "workflow/client_folder.hpp"
#include "workflow/folder_destination.hpp"
#include "workflow/snapshot_listing.hpp"
#include "workflow/snapshot_run.hpp"

#include <hf/core/constants.hpp>
#include <hf/core/error.hpp>
#include <hf/transfer/progress.hpp>

#include <algorithm>
#include <filesystem>
#include <unordered_set>

namespace hf {

namespace asio = boost::asio;
namespace fs = std::filesystem;

MirrorArgs::MirrorArgs(const Session& session, std::string_view repo_id, std::string_view given,
                       const MirrorOptions& options)
    : filter(pattern_filter(options.allow_patterns, options.ignore_patterns)),
      remove_deleted(options.remove_deleted),
      verify(options.verify),
      all_or_nothing(options.all_or_nothing),
      max_delete(options.max_delete) {
    const auto described = std::make_shared<TransferCall>(session, repo_id, options);
    if (described->at_once == 0) described->at_once = default_workers;
    call = described;
    if (given.empty()) throw_validation("folder", "folder: must not be empty");
    folder = fs::absolute(given).lexically_normal().string();
}

namespace {

constexpr std::uint64_t always_deletable = 10;  // files; above, half of the mirror

bool is_gone(const Error& error) {
    return error.code() == Errc::repository_not_found || error.code() == Errc::gated_repo ||
           error.code() == Errc::disabled_repo;
}

/// One call of mirror.
class Mirror {
public:
    explicit Mirror(MirrorArgs args) : args_(std::move(args)), call_(*args_.call) {}

    asio::awaitable<MirrorResult> run();

private:
    asio::awaitable<void> list();
    asio::awaitable<void> list_or_keep();
    asio::awaitable<std::size_t> count_kept();
    asio::awaitable<void> choose();
    void require_plausible(std::size_t leftover, std::size_t recorded) const;
    asio::awaitable<void> bring(FolderDestination& destination);
    asio::awaitable<void> end(FolderDestination& destination);

    MirrorArgs args_;
    const TransferCall& call_;
    Slice slice_;
    SnapshotHead head_;
    SnapshotListing listing_{std::string()};
    std::vector<FileFailure> lacking_;
    std::unordered_set<std::string_view> listed_;
    std::vector<const SnapshotFile*> files_;
    FileFailures odd_;
    MirrorResult result_;
};

asio::awaitable<void> Mirror::list() {
    SnapshotHead head = co_await ask_head(args_.call, false, slice_);
    head_ = std::move(head);
    SnapshotListing listing = co_await list_whole_snapshot(args_.call, head_, args_.verify, slice_);
    listing_ = std::move(listing);
    lacking_ = co_await find_lacking(head_, listing_, slice_);
}

asio::awaitable<std::size_t> Mirror::count_kept() {
    FolderTree tree(args_.folder);
    MirrorLedger ledger(tree, call_.session, call_.repo);
    co_await ledger.load(tree, slice_);
    co_return ledger.records.files.size();
}

/// Says of a repository that is gone or closed what the folder keeps.
asio::awaitable<void> Mirror::list_or_keep() {
    std::exception_ptr gone;
    try {
        co_await list();
    } catch (const Error& error) {
        if (!is_gone(error) || !fs::is_directory(args_.folder)) throw;
        gone = std::current_exception();
    }
    if (!gone) co_return;
    const std::size_t kept = co_await count_kept();
    try {
        std::rethrow_exception(gone);
    } catch (const Error& error) {
        if (kept == 0) throw;
        rethrow_as(error, error.message() + "; " + args_.folder + " keeps the " + std::to_string(kept) +
                              " files that were mirrored");
    }
}

asio::awaitable<void> Mirror::choose() {
    std::vector<std::string_view> names;
    names.reserve(listing_.files.size() + listing_.odd.size());
    listed_.reserve(names.capacity());
    PathLayout layout;
    layout.reserve(listing_.files.size());
    files_.reserve(listing_.files.size());
    for (const SnapshotFile& file : listing_.files) {
        if (slice_.is_over_lightly()) co_await slice_.pause();
        names.push_back(file.path);
        listed_.insert(file.path);
        if (!args_.filter.matches(file.path)) continue;
        if (is_of_clients(file.path)) {
            result_.left_out.push_back(file.path);
            continue;
        }
        files_.push_back(&file);
        layout.add(file.path);
        result_.bytes += file.size;
    }
    for (const FileFailure& odd : listing_.odd) {
        names.push_back(odd.path);
        listed_.insert(odd.path);
    }
    result_.unmatched = co_await unmatched_in_slices(args_.filter, names, slice_);
    result_.files = files_.size();
    odd_.add(listing_.odd, args_.filter);
    odd_.add(lacking_, args_.filter);
    require_layout(layout);
    co_await clear_in_slices(layout, slice_);
}

void Mirror::require_plausible(std::size_t leftover, std::size_t recorded) const {
    if (leftover == 0) return;
    const std::uint64_t allowed = args_.max_delete.value_or(std::max<std::uint64_t>(always_deletable, recorded / 2));
    ErrorInfo info;
    info.argument = "folder";
    std::string why;
    if (listed_.empty()) {
        why = "the list of files that the server gives is empty";
    } else if (!lacking_.empty()) {
        why = "the list of files that the server gives lacks " + lacking_.front().path + ", which the commit has";
    } else if (leftover > allowed) {
        why = "more than the " + std::to_string(allowed) + " that are allowed";
        info.argument = "max_delete";
    }
    if (why.empty()) return;
    info.message = std::to_string(leftover) + " of " + std::to_string(recorded) + " files in " + args_.folder +
                   " would be deleted: " + why + "; nothing was changed";
    throw TooManyDeletionsError(std::move(info));
}

asio::awaitable<void> Mirror::bring(FolderDestination& destination) {
    co_await destination.load();
    const std::vector<std::string> leftover = co_await destination.leftover(listed_);
    if (args_.remove_deleted) require_plausible(leftover.size(), destination.ledger().records.files.size());
    co_await destination.prepare(files_, leftover, args_.remove_deleted);
    const std::size_t all = files_.size() + odd_.size();
    SnapshotRun run(args_.call, slice_);
    run.all_or_nothing = args_.all_or_nothing;
    run.failures = odd_;
    if (args_.all_or_nothing && !odd_.empty()) odd_.raise(all);
    const SnapshotRun::Result fetched = co_await run.run(head_.commit, files_, destination);
    if (!run.failures.empty()) run.failures.raise(all);
    result_.fetched = fetched.fetched;
    result_.bytes_fetched = fetched.bytes_fetched;
    if (args_.remove_deleted) co_await destination.remove(leftover);
    result_.removed = destination.removed();
    const bool whole = files_.size() + result_.left_out.size() == listed_.size();
    destination.ledger().set_complete(call_.revision, whole ? head_.commit : std::string());
}

/// After a failure or cancellation, too: the next run need not hash what came.
asio::awaitable<void> Mirror::end(FolderDestination& destination) {
    co_await destination.save();
    co_await clear_in_slices(listed_, slice_);
    co_await clear_in_slices(listing_.files, slice_);
    co_await clear_in_slices(head_.siblings, slice_);
}

asio::awaitable<MirrorResult> Mirror::run() {
    co_await list_or_keep();
    result_.commit_hash = head_.commit;
    co_await choose();
    FolderDestination destination(args_.call, args_.folder, args_.verify, slice_);
    std::exception_ptr failure;
    try {
        co_await bring(destination);
    } catch (...) {
        failure = std::current_exception();
    }
    // It takes a while, for as long as nothing cancels it.
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await end(destination);
    if (failure) std::rethrow_exception(failure);
    if (call_.progress) call_.progress->set_state(ProgressSink::State::done);
    co_return std::move(result_);
}

}  // namespace

asio::awaitable<MirrorResult> mirror_folder(MirrorArgs args) {
    Mirror mirror(std::move(args));
    co_return co_await mirror.run();
}

}  // namespace hf
