#pragma once

#include "engine/download/fetch_job.hpp"
#include "engine/lfs/links.hpp"
#include "engine/transfer_call.hpp"
#include "workflow/file_failures.hpp"
#include "workflow/snapshot_listing.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hf {

/// Files of a snapshot with the same content: fetched once.
class SameContent {
public:
    explicit SameContent(const SnapshotFile* first) : files{first} {}

    std::vector<const SnapshotFile*> files;  ///< at least one
    const SnapshotFile& first() const { return *files.front(); }
};

/// Where the files of a snapshot go. Called on one strand.
class SnapshotDestination {
public:
    virtual ~SnapshotDestination() = default;

    /// The file is in place, as far as a look at the folder tells.
    virtual bool has(const SnapshotFile& file) = 0;
    /// The content need not be fetched, probably: for estimates of room.
    virtual bool may_be_here(const SnapshotFile& file) = 0;
    /// Puts the files into place if their content is on this machine; false if it must be fetched.
    virtual boost::asio::awaitable<bool> reuse(const SameContent& content) = 0;
    /// Fetches the content and puts the files into place.
    virtual boost::asio::awaitable<void> fetch(const SameContent& content, FetchJob job) = 0;
    /// Where partial files are, and where room is needed.
    virtual std::shared_ptr<PartialStore> partials() = 0;
};

/// Files at once, unless the caller says otherwise: all connections that a session opens to an origin. At 40 ms
/// of latency half as many would take longer than `curl -Z` does.
inline constexpr unsigned default_workers = 64;

/// Brings the files of one commit to their destination, many at once.
class SnapshotRun {
public:
    /// `slice` must outlive it.
    SnapshotRun(std::shared_ptr<const TransferCall> call, Slice& slice);

    bool force = false;             ///< fetch what is there already
    bool all_or_nothing = false;    ///< the first file that cannot be fetched ends it
    FileFailures failures;          ///< files that are not in place
    std::string incomplete_folder;  ///< where the reference keeps partials to be continued; empty: nowhere

    class Result {
    public:
        Result() = default;
        std::uint64_t fetched = 0;
        std::uint64_t bytes_fetched = 0;
    };

    /// `files` must outlive the call, and nobody may change what the destination knows of them. A file that cannot be
    /// fetched does not keep the others from coming; an error that is not about one file cancels the rest and is
    /// thrown. On a strand.
    boost::asio::awaitable<Result> run(std::string commit, const std::vector<const SnapshotFile*>& files,
                                       SnapshotDestination& destination);

private:
    bool is_there(const SnapshotFile& file, SnapshotDestination& destination) const;
    bool needs_room(const SnapshotFile& file, SnapshotDestination& destination) const;
    boost::asio::awaitable<void> find_missing(const std::vector<const SnapshotFile*>& files,
                                              SnapshotDestination& destination);
    boost::asio::awaitable<void> transfer(SnapshotDestination& destination);
    boost::asio::awaitable<void> bring(const SameContent& content, SnapshotDestination& destination);
    boost::asio::awaitable<void> try_to_bring(const SameContent& content, SnapshotDestination& destination);
    boost::asio::awaitable<std::uint64_t> room_for(const std::vector<SameContent>& contents,
                                                   SnapshotDestination& destination);
    boost::asio::awaitable<void> require_room(SnapshotDestination& destination);
    FetchJob job_for(const SnapshotFile& file, SnapshotDestination& destination) const;
    void finished(const SameContent& content, bool skipped);

    std::shared_ptr<const TransferCall> call_;
    std::shared_ptr<LfsLinks> links_;
    Slice& slice_;
    std::string commit_;
    std::vector<SameContent> small_, large_;  // contents that are not in place
    Result result_;
};

}  // namespace hf
