#include "workflow/mirror.hpp"

#include "workflow/folder_destination.hpp"
#include "workflow/snapshot_listing.hpp"
#include "workflow/snapshot_run.hpp"

#include <hf/core/constants.hpp>
#include <hf/core/error.hpp>

#include <filesystem>

namespace hf {

namespace asio = boost::asio;
namespace fs = std::filesystem;

MirrorArgs::MirrorArgs(std::string_view repo_id, std::string_view folder, const MirrorOptions& options)
    : repo(options.repo_type, repo_id),
      folder(folder),
      revision(options.revision.empty() ? default_revision : options.revision),
      token(options.token),
      filter(pattern_filter(options.allow_patterns, options.ignore_patterns)),
      max_workers(options.max_workers == 0 ? default_workers : options.max_workers),
      remove_deleted(options.remove_deleted),
      verify(options.verify),
      progress(options.progress) {
    if (folder.empty()) throw_validation("folder", "folder: must not be empty");
}

asio::awaitable<MirrorResult> mirror_folder(Session session, std::shared_ptr<Transfers> transfers, MirrorArgs args) {
    const SnapshotHead head = co_await ask_head(session, args.repo, args.revision, args.token, false);
    const SnapshotListing listing = co_await list_snapshot(session, args.repo, head.commit, args.token, args.verify);
    require_no_odd(listing);
    MirrorResult result;
    result.commit_hash = head.commit;
    std::vector<const SnapshotFile*> files;
    for (const SnapshotFile& file : listing.files) {
        if (!args.filter.matches(file.path)) continue;
        files.push_back(&file);
        result.bytes += file.size;
    }
    result.files = files.size();
    require_layout(files);

    const std::string folder = fs::absolute(args.folder).lexically_normal().string();
    const std::string records = state_file(session, args.repo, "mirrors", folder);
    FolderDestination destination(transfers, session, folder, records, args.verify);
    destination.find_donors(files, args.remove_deleted);
    result.removed = destination.remove_others(files, args.remove_deleted);
    SnapshotRun run(session, transfers, args.repo, args.token);
    run.max_workers = args.max_workers;
    run.progress = args.progress;
    std::exception_ptr failure;
    SnapshotRun::Result fetched;
    try {
        fetched = co_await run.run(head.commit, std::move(files), destination);
        result.removed += destination.remove_donors();
    } catch (...) {
        failure = std::current_exception();
    }
    destination.save();  // also after a failure or cancellation: the next run need not hash what came
    if (failure) std::rethrow_exception(failure);
    result.fetched = fetched.fetched;
    result.bytes_fetched = fetched.bytes_fetched;
    if (args.progress) args.progress->set_state(ProgressSink::State::done);
    co_return result;
}

}  // namespace hf
