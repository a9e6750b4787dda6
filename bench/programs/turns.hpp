#pragma once

#include "bench.hpp"

#include <boost/asio/io_context.hpp>

#include <string>
#include <vector>

namespace bench {

/// What a thread spends: its time on the processor, and that in which it slept in system calls of its own, which keeps
/// a loop from going on as well. Not that in which it stood ready and others, or other machines on the same hardware,
/// had the processor.
class Spent {
public:
    double seconds() const;
    friend Spent operator-(Spent a, const Spent& b);
    friend Spent operator+(Spent a, const Spent& b);

    double processor = 0;
    double away = 0;  // neither on the processor nor waiting for another thread: asleep, or stolen by the hypervisor
    long sleeps = 0;  // how often it gave the processor away
};

/// Reads what the calling thread has spent.
class ThreadClock {
public:
    /// Throws std::runtime_error where the kernel does not count (no /proc/thread-self/schedstat).
    ThreadClock();
    ~ThreadClock();
    ThreadClock(const ThreadClock&) = delete;
    ThreadClock& operator=(const ThreadClock&) = delete;

    Spent now() const;

private:
    int file_;
};

/// The turns of an io_context: what its thread spends in each run of one handler, and in each round from one look at
/// the sockets to the next. Sleeping until something happens counts in neither.
class Turns {
public:
    /// Runs `context` on this thread until it has no work left or is stopped.
    void run(boost::asio::io_context& context);

    /// `<name>_longest_ms`, `<name>_999_ms` (99.9 % of the turns took at most that), `<name>_count`, `<name>_round_ms`
    /// (the longest round).
    void tell(Figures& figures, const std::string& name) const;

private:
    std::vector<float> turns_;  // seconds
    double longest_round_ = 0;
};

}  // namespace bench
