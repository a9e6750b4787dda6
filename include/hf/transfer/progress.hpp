#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string_view>

namespace hf {

/// What is known of a transfer, or of all transfers that share a ProgressSink, at one moment.
struct ProgressCounters {
    std::uint64_t files_total = 0;    ///< grows while lists arrive
    std::uint64_t files_done = 0;     ///< verified and in place, those that were already there included
    std::uint64_t files_skipped = 0;  ///< of these, already there
    std::uint64_t bytes_total = 0;    ///< of all files whose size is known
    /// Of these, in place, resumed from an earlier run, or received. Goes back when bytes turn out wrong
    /// and are fetched again, so it never exceeds the total.
    std::uint64_t bytes_done = 0;
    std::uint64_t bytes_received = 0;  ///< from the network, repetitions included: for the rate
    std::uint64_t retries = 0;         ///< transfers that were taken up again after a fault
};

/// Counters of downloads and uploads, given to a call as `.progress = &sink`, and shared by several calls
/// if wanted. Read them at any time from any thread; or derive to be told. Must outlive the calls.
class ProgressSink {
public:
    enum class State { listing, transferring, done };

    /// `interval`: shortest time between two events of one state.
    explicit ProgressSink(std::chrono::milliseconds interval = std::chrono::milliseconds(100)) : interval_(interval) {}
    virtual ~ProgressSink() = default;
    ProgressSink(const ProgressSink&) = delete;
    ProgressSink& operator=(const ProgressSink&) = delete;

    ProgressCounters counters() const noexcept;
    State state() const noexcept { return state_.load(std::memory_order_relaxed); }

    // For the transfers themselves. From any thread; negative amounts take back.
    void set_state(State state);
    void expect(std::int64_t files, std::int64_t bytes) noexcept;
    void received(std::uint64_t bytes, std::string_view file) { received(bytes, bytes, file); }
    /// `wire` bytes have brought `content` bytes of the file: more, less, or none.
    void received(std::uint64_t wire, std::uint64_t content, std::string_view file);
    void resumed(std::int64_t bytes) noexcept;  ///< kept of an earlier run, or (negative) thrown away
    void file_done(std::string_view file, std::uint64_t skipped_bytes = 0, bool skipped = false);
    void unverified(std::string_view file) { on_unverified(file); }
    void retried() noexcept { retries_.fetch_add(1, std::memory_order_relaxed); }
    void notice(std::string_view text) { on_notice(text); }

protected:
    /// Called on a thread of the transfer: on each change of state, and otherwise at most once per
    /// interval. `file` is the path that moved last; a view for this call only. Must not throw or block.
    virtual void on_progress(const ProgressCounters& counters, std::string_view file);
    /// Told what a person should know of a call that succeeds, as one line: that a pattern matches nothing, or that
    /// the answer is the cache's because the Hub is out of reach. On a thread of the transfer; must not throw.
    virtual void on_notice(std::string_view text);
    /// The same for a file that was fetched, but that no route of the server gives a hash for: only its size, if
    /// that is known, was checked.
    virtual void on_unverified(std::string_view file);

private:
    void event(std::string_view file);

    std::chrono::milliseconds interval_;
    std::atomic<std::int64_t> next_event_{0};  // steady clock, ms
    std::atomic<State> state_{State::listing};
    std::atomic<std::uint64_t> files_total_{0}, files_done_{0}, files_skipped_{0};
    std::atomic<std::uint64_t> bytes_total_{0}, bytes_done_{0}, bytes_received_{0}, retries_{0};
};

}  // namespace hf
