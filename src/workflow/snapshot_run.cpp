#include "workflow/snapshot_run.hpp"

#include <hf/core/for_each_bounded.hpp>
#include <hf/transfer/progress.hpp>

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace hf {

namespace asio = boost::asio;

namespace {

// Large files share the streams of the gate anyway; a few at once keep them busy when one ends.
constexpr std::size_t large_at_once = 4;

}  // namespace

SnapshotRun::SnapshotRun(std::shared_ptr<const TransferCall> call, Slice& slice)
    : call_(std::move(call)), links_(LfsLinks::of(call_)), slice_(slice) {}

bool SnapshotRun::is_there(const SnapshotFile& file, SnapshotDestination& destination) const {
    if (force) return false;
    try {
        return destination.has(file);
    } catch (const Error&) {
        return false;  // as a failure of this file it is told when it is to be brought
    }
}

bool SnapshotRun::needs_room(const SnapshotFile& file, SnapshotDestination& destination) const {
    try {
        return !destination.may_be_here(file);
    } catch (const Error&) {
        return false;
    }
}

asio::awaitable<void> SnapshotRun::find_missing(const std::vector<const SnapshotFile*>& files,
                                                SnapshotDestination& destination) {
    std::unordered_map<std::string_view, std::pair<std::vector<SameContent>*, std::size_t>> by_etag;
    by_etag.reserve(files.size());
    for (const SnapshotFile* file : files) {
        if (slice_.is_over()) co_await slice_.pause();
        if (call_->progress) call_->progress->expect(1, static_cast<std::int64_t>(file->size));
        if (is_there(*file, destination)) {
            if (call_->progress) call_->progress->file_done(file->path, file->size, true);
            continue;
        }
        auto& contents = file->size < call_->engine->config.parts_above ? small_ : large_;
        const auto [known, is_new] = by_etag.try_emplace(file->etag, &contents, contents.size());
        if (is_new) {
            contents.emplace_back(file);
            if (file->lfs) links_->announce(file->etag, file->size);
        } else {
            const auto& [list, place] = known->second;
            (*list)[place].files.push_back(file);
        }
    }
    co_await clear_in_slices(by_etag, slice_);
}

asio::awaitable<std::uint64_t> SnapshotRun::room_for(const std::vector<SameContent>& contents,
                                                     SnapshotDestination& destination) {
    std::uint64_t needed = 0;
    for (const SameContent& content : contents) {
        if (needs_room(content.first(), destination)) needed += content.first().size;
        if (slice_.is_over()) co_await slice_.pause();
    }
    co_return needed;
}

asio::awaitable<void> SnapshotRun::require_room(SnapshotDestination& destination) {
    std::uint64_t needed = co_await room_for(small_, destination);
    needed += co_await room_for(large_, destination);
    const auto partials = destination.partials();
    const std::uint64_t kept = partials->bytes_on_disk();
    if (needed > kept) require_space(partials->folder(), needed - kept);
}

FetchJob SnapshotRun::job_for(const SnapshotFile& file, SnapshotDestination& destination) const {
    Request resolve = get("/{}/resolve/{}/{}", call_->repo.url_path(), segment(commit_), file.path);
    resolve.token(call_->token.get()).decompress(false).bucket(Bucket::resolvers);
    std::shared_ptr<DownloadSource> source;
    if (file.lfs)
        source = std::make_shared<LfsSource>(links_, call_->session, file.etag, std::move(resolve));
    else
        source = std::make_shared<ResolveSource>(call_->session, std::move(resolve));
    FetchJob job(file.path, ContentId(file.etag, file.size), std::move(source), destination.partials());
    job.xet = file.xet;
    job.again = force;
    if (!incomplete_folder.empty()) job.incomplete = incomplete_folder + "/" + file.etag + ".incomplete";
    return job;
}

void SnapshotRun::finished(const SameContent& content, bool skipped) {
    if (!call_->progress) return;
    bool counted = !skipped;  // the bytes of the first were counted as they came
    for (const SnapshotFile* file : content.files) {
        call_->progress->file_done(file->path, counted ? 0 : file->size, skipped);
        counted = false;
    }
}

asio::awaitable<void> SnapshotRun::bring(const SameContent& content, SnapshotDestination& destination) {
    if (!force) {
        const bool there = co_await destination.reuse(content);
        if (there) {
            finished(content, true);
            // Where nothing is fetched, nothing else lets others run.
            if (slice_.is_over()) co_await slice_.pause();
            co_return;
        }
    }
    FetchJob job = job_for(content.first(), destination);
    co_await destination.fetch(content, std::move(job));
    if (content.first().lfs) links_->forget(content.first().etag);
    result_.fetched += content.files.size();
    result_.bytes_fetched += content.first().size;
    finished(content, false);
}

asio::awaitable<void> SnapshotRun::try_to_bring(const SameContent& content, SnapshotDestination& destination) {
    try {
        co_await bring(content, destination);
        failures.came();
    } catch (const Error& error) {
        if (all_or_nothing) throw;
        for (const SnapshotFile* file : content.files)
            if (!failures.keep(file->path, error)) throw;
    }
}

asio::awaitable<void> SnapshotRun::transfer(SnapshotDestination& destination) {
    // Small files wait for answers, large ones for bandwidth: neither should stand in line behind the other.
    const std::size_t workers = std::max(1u, call_->at_once);
    const auto bring_small = [&](std::size_t i) { return try_to_bring(small_[i], destination); };
    const auto bring_large = [&](std::size_t i) { return try_to_bring(large_[i], destination); };
    const auto kind = [&](std::size_t which) {
        if (which == 0) return for_each_bounded(large_.size(), std::min(workers, large_at_once), bring_large);
        return for_each_bounded(small_.size(), workers, bring_small);
    };
    const std::size_t kinds_at_once = workers == 1 ? 1 : 2;
    co_await for_each_bounded(2, kinds_at_once, kind);
}

asio::awaitable<SnapshotRun::Result> SnapshotRun::run(std::string commit, const std::vector<const SnapshotFile*>& files,
                                                      SnapshotDestination& destination) {
    commit_ = std::move(commit);
    co_await find_missing(files, destination);
    if (small_.empty() && large_.empty()) co_return result_;
    co_await require_room(destination);
    if (call_->progress) call_->progress->set_state(ProgressSink::State::transferring);
    co_await transfer(destination);
    co_await clear_in_slices(small_, slice_);
    co_await clear_in_slices(large_, slice_);
    co_return result_;
}

}  // namespace hf
