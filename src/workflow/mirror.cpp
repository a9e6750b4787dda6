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
    void choose();
    void require_plausible(std::size_t leftover, std::size_t recorded) const;
    asio::awaitable<void> bring(FolderDestination& destination);

    MirrorArgs args_;
    const TransferCall& call_;
    SnapshotHead head_;
    SnapshotListing listing_{std::string()};
    std::vector<FileFailure> lacking_;
    std::unordered_set<std::string_view> listed_;
    std::vector<const SnapshotFile*> files_;
    FileFailures odd_;
    MirrorResult result_;
};

asio::awaitable<void> Mirror::list() {
    SnapshotHead head = co_await ask_head(args_.call, false);
    head_ = std::move(head);
    SnapshotListing listing = co_await list_whole_snapshot(args_.call, head_, args_.verify);
    listing_ = std::move(listing);
    lacking_ = find_lacking(head_, listing_);
}

/// Says of a repository that is gone or closed what the folder keeps.
asio::awaitable<void> Mirror::list_or_keep() {
    try {
        co_await list();
    } catch (const Error& error) {
        if (!is_gone(error) || !fs::is_directory(args_.folder)) throw;
        FolderTree tree(args_.folder);
        const std::size_t kept = MirrorLedger(tree, call_.session, call_.repo).records.files.size();
        if (kept == 0) throw;
        rethrow_as(error, error.message() + "; " + args_.folder + " keeps the " + std::to_string(kept) +
                              " files that were mirrored");
    }
}

void Mirror::choose() {
    std::vector<std::string_view> names;
    for (const SnapshotFile& file : listing_.files) names.push_back(file.path);
    for (const FileFailure& odd : listing_.odd) names.push_back(odd.path);
    listed_.insert(names.begin(), names.end());
    result_.unmatched = args_.filter.unmatched(names);
    for (const SnapshotFile& file : listing_.files) {
        if (!args_.filter.matches(file.path)) continue;
        if (is_of_clients(file.path)) {
            result_.left_out.push_back(file.path);
            continue;
        }
        files_.push_back(&file);
        result_.bytes += file.size;
    }
    result_.files = files_.size();
    odd_.add(listing_.odd, args_.filter);
    odd_.add(lacking_, args_.filter);
    require_layout(files_);
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
    const std::vector<std::string> leftover = destination.leftover(listed_);
    if (args_.remove_deleted) require_plausible(leftover.size(), destination.ledger().records.files.size());
    destination.prepare(files_, leftover, args_.remove_deleted);
    const std::size_t all = files_.size() + odd_.size();
    SnapshotRun run(args_.call);
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

asio::awaitable<MirrorResult> Mirror::run() {
    co_await list_or_keep();
    result_.commit_hash = head_.commit;
    choose();
    FolderDestination destination(args_.call, args_.folder, args_.verify);
    std::exception_ptr failure;
    try {
        co_await bring(destination);
    } catch (...) {
        failure = std::current_exception();
    }
    destination.save();  // also after a failure or cancellation: the next run need not hash what came
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
