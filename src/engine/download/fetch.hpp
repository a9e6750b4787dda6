#pragma once

#include "engine/download/call_budget.hpp"
#include "engine/download/download_source.hpp"
#include "engine/download/part_plan.hpp"
#include "engine/download/range_answer.hpp"
#include "engine/engine.hpp"
#include "engine/files/content_id.hpp"
#include "engine/files/partial_store.hpp"

#include <hf/session/session.hpp>
#include <hf/transfer/progress.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace hf {

/// What to fetch, and how.
class FetchJob {
public:
    FetchJob(std::string name, ContentId content, std::shared_ptr<DownloadSource> source,
             std::shared_ptr<PartialStore> store)
        : name(std::move(name)), content(std::move(content)), source(std::move(source)), store(std::move(store)) {}

    std::string name;  ///< path in the repository, for messages and progress
    ContentId content;
    std::shared_ptr<DownloadSource> source;
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
///
/// A server that does not answer ranges as they were asked is asked for the whole file instead, once. Behind
/// everything that is repeated stands a CallBudget.
class Fetch {
public:
    Fetch(Session session, std::shared_ptr<TransferEngine> transfers, FetchJob job);

    /// The verified file, closed to changes, ready to publish. Throws IntegrityError, FileSystemError,
    /// InvalidResponseError if there is no hash and TransferConfig::require_hash, and what the session throws. After an
    /// error or cancellation a Partial that is worth it is kept.
    boost::asio::awaitable<Partial> run();

    /// Afterwards: what was fetched. Its hash may be another than was announced, if another route of the server
    /// says so. ContentId::Kind::unknown was not verified, which the ProgressSink was told.
    const ContentId& content() const noexcept { return job_.content; }

private:
    enum class Mode {
        parts,   // several requests for ranges at once
        stream,  // one request, continued with a range where it breaks off
        whole,   // ranges are of no use with this server
    };
    struct AskOtherwise {};  // mode_ or decode_ has changed: everything from the start
    /// While it lives, somebody waits for bytes.
    class Reading {
    public:
        explicit Reading(Fetch& fetch) : fetch_(fetch) { fetch_.budget_->begin_reading(fetch_.session_.clock().now()); }
        ~Reading() { fetch_.budget_->end_reading(fetch_.session_.clock().now()); }
        Reading(const Reading&) = delete;
        Reading& operator=(const Reading&) = delete;

    private:
        Fetch& fetch_;
    };
    /// One attempt; sets its argument when it gets further.
    using Attempt = std::function<boost::asio::awaitable<void>(bool& progressed)>;

    boost::asio::awaitable<Partial> bring();
    boost::asio::awaitable<Partial> in_memory();
    boost::asio::awaitable<Partial> of_unknown_size();
    boost::asio::awaitable<Partial> on_disk();

    /// Repeats an attempt that breaks off, as TransferConfig::resume says. False: AskOtherwise.
    boost::asio::awaitable<bool> resuming(const Attempt& attempt);
    boost::asio::awaitable<Stream> open(ByteRange range, std::uint64_t size, bool ranged);
    /// What the answer to such a request holds. Throws AskOtherwise if another request may do better.
    RangeAnswer accept(const net::Response& response, ByteRange asked, bool ranged);
    void begin(std::uint64_t parts, RangeSet kept = RangeSet());
    void note_kept(ByteRange range, bool& progressed);
    void require_patience();
    /// The content is to be fetched from the start.
    void require_restart();
    /// IntegrityError, and a partial that holds nothing else is discarded; but what was decoded and is not right may
    /// have been right as it was.
    [[noreturn]] void refuse_size(ByteRange asked, std::uint64_t actual_end);
    [[noreturn]] void give_up(std::string_view what);
    /// Whether what arrived is what was announced; else it is to be fetched once more. Throws IntegrityError
    /// when that was done already.
    boost::asio::awaitable<bool> is_right();

    void load_incomplete(BufferPool::Buffer& buffer);
    void forget_small();
    boost::asio::awaitable<void> read_small(BufferPool::Buffer& buffer, bool& progressed);
    boost::asio::awaitable<void> read_unknown(BufferPool::Buffer& buffer, std::uint64_t& size, bool& progressed);

    boost::asio::awaitable<bool> fetch_missing();
    boost::asio::awaitable<void> stream_worker();
    boost::asio::awaitable<void> fetch_part(ByteRange part);
    boost::asio::awaitable<void> fetch_once(ByteRange wanted, BufferPool::Buffer& buffer, bool& progressed);
    boost::asio::awaitable<void> pump(net::Response& response, ByteRange range, BufferPool::Buffer& buffer,
                                      bool& progressed);
    void prepare_partial();
    void start_over();
    void keep(std::uint64_t at, const char* data, std::size_t size, bool& progressed);

    boost::asio::awaitable<void> hash_rest();
    boost::asio::awaitable<void> follow_hash();
    boost::asio::awaitable<void> hash_on_worker(std::uint64_t end);
    void hash_some(std::uint64_t at, const char* data, std::size_t size);
    bool hash_from_disk(std::uint64_t end);
    void unblock_hash();

    Session session_;
    std::shared_ptr<TransferEngine> transfers_;
    FetchJob job_;
    Partial partial_;
    std::optional<ContentHash> hash_;
    std::optional<PartPlan> plan_;
    std::optional<CallBudget> budget_;
    BufferPool::Buffer hash_buffer_;
    std::optional<boost::asio::steady_timer> hash_event_;  // set while follow_hash runs
    Mode mode_ = Mode::stream;
    bool encoded_ = false;  // the server compresses although it was asked not to
    bool decode_ = false;   // what it compressed is the content
    bool asked_again_ = false;
    bool exhausted_ = false;  // the budget
    std::exception_ptr last_failure_;
    int fetches_ = 0;           // that were complete
    std::size_t received_ = 0;  // of a small file, in memory
};

/// What a file hashes to, in the kind of `content`, whose size must be known. Lets others run in between.
boost::asio::awaitable<std::string> hash_of_file(const File& file, ContentId content);

}  // namespace hf
