#pragma once

#include "engine/download/call_budget.hpp"
#include "engine/download/fetch_job.hpp"
#include "engine/download/range_answer.hpp"
#include "engine/transfer_call.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

namespace hf {

/// The requests for the content of one file: asked again where they break off, within one CallBudget, and otherwise
/// where the server makes nothing of ranges. What all strategies of Fetch have in common. On a strand.
class ContentRequests {
public:
    /// Thrown when the next request will be another: everything from the start.
    struct AskOtherwise {};
    /// One attempt; sets its argument when it gets further.
    using Attempt = std::function<boost::asio::awaitable<void>(bool& progressed)>;
    /// While it lives, somebody waits for bytes.
    class Reading {
    public:
        explicit Reading(ContentRequests& requests) : requests_(requests) {
            requests_.budget_->begin_reading(requests_.now());
        }
        ~Reading() { requests_.budget_->end_reading(requests_.now()); }
        Reading(const Reading&) = delete;
        Reading& operator=(const Reading&) = delete;

    private:
        ContentRequests& requests_;
    };

    ContentRequests(std::shared_ptr<const TransferCall> call, FetchJob job)
        : call_(std::move(call)), job_(std::move(job)) {}

    const std::shared_ptr<const TransferCall>& call() const noexcept { return call_; }
    TransferEngine& engine() const noexcept { return *call_->engine; }
    ProgressSink* progress() const noexcept { return call_->progress; }
    const FetchJob& job() const noexcept { return job_; }
    FetchJob& job() noexcept { return job_; }
    const ContentId& content() const noexcept { return job_.content; }
    const std::string& name() const noexcept { return job_.name; }
    std::chrono::steady_clock::time_point now() const { return call_->session.clock().now(); }

    /// The file to write to, with what an earlier run left of it, or else the reference.
    Partial open_partial() const;
    /// Before the first request: how many the plan needs, and what is kept of an earlier run.
    void begin(std::uint64_t parts, RangeSet kept = RangeSet());
    /// Repeats an attempt that breaks off, as TransferConfig::resume says. False: AskOtherwise.
    boost::asio::awaitable<bool> resuming(const Attempt& attempt);
    /// The answer to a GET of `range` of `size`, or of everything if not `ranged`. `validator`: for If-Range.
    boost::asio::awaitable<Stream> open(ByteRange range, std::uint64_t size, bool ranged, std::string_view validator);
    /// What the answer to such a request holds. Throws AskOtherwise if another request may do better.
    RangeAnswer accept(const net::Response& response, ByteRange asked, bool ranged);

    /// Ranges are of no use with this server.
    bool whole_only() const noexcept { return whole_only_; }
    [[noreturn]] void ask_for_the_whole();

    /// Another request is about to be sent. Throws if too many have brought nothing new.
    void require_request();
    /// Sends one for content, with the limits of downloads.
    boost::asio::awaitable<Stream> send(Request request);
    /// What fails next ends the call.
    void end_attempts() noexcept { exhausted_ = true; }
    /// Bytes were kept: `progressed` if that counts. The second form also throws what require_patience throws.
    void note_kept(ByteRange range, bool& progressed);
    void note_kept_or_give_up(ByteRange range, bool& progressed);
    void require_patience();
    /// The content is to be fetched from the start.
    void require_restart();

    /// IntegrityError; but what was decoded and is not right may have been right as it was. `all` holds nothing but
    /// this answer, perhaps, and is discarded then; may be null.
    [[noreturn]] void refuse_size(ByteRange asked, std::uint64_t actual_end, Partial* all);
    /// Whether what arrived is what was announced; else it is to be fetched once more. Throws IntegrityError, and
    /// discards `partial`, when that was done already.
    boost::asio::awaitable<bool> is_right(ContentHash& hash, Partial& partial);

private:
    [[noreturn]] void give_up(std::string_view what);

    std::shared_ptr<const TransferCall> call_;
    FetchJob job_;
    std::optional<CallBudget> budget_;
    bool whole_only_ = false;
    bool encoded_ = false;  // the server compresses although it was asked not to
    bool decode_ = false;   // what it compressed is the content
    bool asked_again_ = false;
    bool exhausted_ = false;  // the budget
    std::exception_ptr last_failure_;
    int fetches_ = 0;  // that were complete
};

}  // namespace hf
