#pragma once

#include "transfer/content.hpp"
#include "transfer/part_plan.hpp"
#include "transfer/partial_store.hpp"
#include "transfer/range_answer.hpp"
#include "transfer/source.hpp"
#include "transfer/transfers.hpp"

#include <hf/session/session.hpp>
#include <hf/transfer/progress.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace hf {

/// What to fetch, and how.
class FetchJob {
public:
    FetchJob(std::string name, Content content, std::shared_ptr<Source> source, std::shared_ptr<PartialStore> store)
        : name(std::move(name)), content(std::move(content)), source(std::move(source)), store(std::move(store)) {}

    std::string name;  ///< path in the repository, for messages and progress
    Content content;
    std::shared_ptr<Source> source;
    std::shared_ptr<PartialStore> store;
    bool again = false;  ///< fetch it even if it is in the cache
    ProgressSink* progress = nullptr;
    std::string incomplete;         ///< the reference's partial to start from, if there is no better; may be empty
    std::optional<double> timeout;  ///< seconds for each wait; empty: the session's
};

/// Brings the content of one file to a private file on the disk and verifies it. To be used on a strand, for
/// one `run`, and to outlive it.
///
/// Small files are read into memory and written once they are right. Larger ones are written as they arrive,
/// journalled so that they can be continued, and from TransferConfig::parts_above on fetched over several
/// connections. Everything is hashed in the order of the file: from memory if a piece comes in order, else
/// later from the page cache.
class Fetch {
public:
    Fetch(Session session, std::shared_ptr<Transfers> transfers, FetchJob job);

    /// The verified file, closed to changes, ready to publish. Throws IntegrityError, FileSystemError, and
    /// what the session throws. After an error or cancellation a Partial that is worth it is kept.
    boost::asio::awaitable<Partial> run();

private:
    struct RangesRefused {};  // the server answers ranges with the whole file

    boost::asio::awaitable<Partial> in_memory();
    boost::asio::awaitable<Partial> of_unknown_size();
    boost::asio::awaitable<Partial> on_disk();

    void load_incomplete(BufferPool::Buffer& buffer);
    void forget_small();
    /// Repeats an attempt that breaks off, as TransferConfig::resume says.
    template <class Operation>
    std::invoke_result_t<Operation&> resuming(Operation& operation);

    boost::asio::awaitable<void> read_small(BufferPool::Buffer& buffer);
    boost::asio::awaitable<void> fetch_missing();
    boost::asio::awaitable<void> stream_worker();
    boost::asio::awaitable<void> fetch_part(ByteRange part);
    boost::asio::awaitable<std::uint64_t> fetch_once(ByteRange wanted, bool whole_file, BufferPool::Buffer& buffer);
    boost::asio::awaitable<std::uint64_t> pump(net::Response& response, ByteRange range, BufferPool::Buffer& buffer);
    boost::asio::awaitable<Stream> open(ByteRange range, std::uint64_t size, bool ranged);
    boost::asio::awaitable<void> hash_rest();
    boost::asio::awaitable<void> follow_hash();
    boost::asio::awaitable<void> hash_on_worker(std::uint64_t end);
    boost::asio::awaitable<std::uint64_t> read_unknown(BufferPool::Buffer& buffer);

    void prepare_partial();
    void start_over();
    void keep(std::uint64_t at, const char* data, std::size_t size);
    void hash_some(std::uint64_t at, const char* data, std::size_t size);
    bool hash_from_disk(std::uint64_t end);
    void unblock_hash();
    std::string wrong_hash();  ///< the hash found, if it is not the one announced

    Session session_;
    std::shared_ptr<Transfers> transfers_;
    FetchJob job_;
    Partial partial_;
    std::optional<ContentHash> hash_;
    std::optional<PartPlan> plan_;
    BufferPool::Buffer hash_buffer_;
    std::optional<boost::asio::steady_timer> hash_event_;  // set while follow_hash runs
    bool single_ = false;                                  // one stream only
    bool progressed_ = false;
    std::size_t received_ = 0;  // of a small file, in memory
};

}  // namespace hf
