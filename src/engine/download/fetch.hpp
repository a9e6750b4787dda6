#pragma once

#include "engine/download/content_requests.hpp"

namespace hf {

/// Brings the content of one file to a private file on the disk and verifies it. To be used on a strand, for
/// one `run`, and to outlive it.
///
/// Small files are read into memory and written once they are right (MemoryFetch). Larger ones are written as they
/// arrive, journalled so that they can be continued, and from TransferConfig::parts_above on fetched over several
/// connections (DiskFetch). What is in Xet storage is put together from its chunks (XetFetch). A file of unknown size
/// is fetched from the start each time (UnsizedFetch).
///
/// A server that does not answer ranges as they were asked is asked for the whole file instead, once. Behind
/// everything that is repeated stands a CallBudget.
class Fetch {
public:
    Fetch(std::shared_ptr<const TransferCall> call, FetchJob job) : requests_(std::move(call), std::move(job)) {}

    /// The verified file, closed to changes, ready to publish. Throws IntegrityError, FileSystemError,
    /// InvalidResponseError if there is no hash and TransferConfig::require_hash, and what the session throws. After
    /// an error or cancellation a Partial that is worth it is kept.
    boost::asio::awaitable<Partial> run();

    /// Afterwards: what was fetched. Its hash may be another than was announced, if another route of the server
    /// says so. ContentId::Kind::unknown was not verified, which the ProgressSink was told.
    const ContentId& content() const noexcept { return requests_.content(); }

private:
    boost::asio::awaitable<Partial> bring();
    bool is_in_xet_storage() const;

    ContentRequests requests_;
};

}  // namespace hf
