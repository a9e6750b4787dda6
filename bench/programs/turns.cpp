#include "turns.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <ctime>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

namespace bench {

namespace {

namespace asio = boost::asio;

/// What epoll_wait below notes for the loop of its thread.
struct Polls {
    explicit Polls(const ThreadClock& clock) : clock(clock) {}

    const ThreadClock& clock;
    Spent asleep;               // since the turn began
    std::optional<Spent> last;  // when the last one ended
    double longest_round = 0;
};

double seconds_of(clockid_t clock) {
    timespec time{};
    ::clock_gettime(clock, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

thread_local Polls* polls = nullptr;

/// An io_context that a timer wakes each millisecond, on a thread of its own.
class IdleLoop {
public:
    IdleLoop() {
        tick();
        thread_ = std::thread([this] {
            try {
                turns_.run(context_);
            } catch (...) {
                failure_ = std::current_exception();
            }
        });
    }
    ~IdleLoop() {
        if (thread_.joinable()) stop();
    }

    const Turns& end() {
        stop();
        if (failure_) std::rethrow_exception(failure_);
        return turns_;
    }

private:
    void stop() {
        context_.stop();
        thread_.join();
    }
    void tick() {
        timer_.expires_after(std::chrono::milliseconds(1));
        timer_.async_wait([this](boost::system::error_code stopped) {
            if (!stopped) tick();
        });
    }

    asio::io_context context_{1};
    asio::steady_timer timer_{context_};
    Turns turns_;
    std::exception_ptr failure_;
    std::thread thread_;
};

}  // namespace

double Spent::seconds() const {
    // Without a sleep all of `away` was stolen.
    return processor + (sleeps > 0 ? std::max(away, 0.0) : 0.0);
}

Spent operator-(Spent a, const Spent& b) {
    a.processor -= b.processor;
    a.away -= b.away;
    a.sleeps -= b.sleeps;
    return a;
}

Spent operator+(Spent a, const Spent& b) {
    a.processor += b.processor;
    a.away += b.away;
    a.sleeps += b.sleeps;
    return a;
}

ThreadClock::ThreadClock() : file_(::open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC)) {
    if (file_ < 0) throw std::runtime_error("the kernel does not count how long threads wait: no schedstat");
}

ThreadClock::~ThreadClock() { ::close(file_); }

Spent ThreadClock::now() const {
    // Nanoseconds on the processor (as of the last switch), nanoseconds ready without it, how often it got it.
    std::array<char, 96> text{};
    const auto n = ::pread(file_, text.data(), text.size(), 0);
    const std::string_view fields(text.data(), n > 0 ? static_cast<std::size_t>(n) : 0);
    const auto space = fields.find(' ');
    std::uint64_t ready = 0;
    if (space == fields.npos ||
        std::from_chars(fields.data() + space + 1, fields.data() + fields.size(), ready).ec != std::errc())
        throw std::runtime_error("schedstat is not as expected");
    rusage usage{};
    ::getrusage(RUSAGE_THREAD, &usage);
    Spent spent;
    spent.processor = seconds_of(CLOCK_THREAD_CPUTIME_ID);
    spent.away = seconds_of(CLOCK_MONOTONIC) - spent.processor - static_cast<double>(ready) / 1e9;
    spent.sleeps = usage.ru_nvcsw;
    return spent;
}

void Turns::run(asio::io_context& context) {
    const ThreadClock clock;
    Polls noted(clock);
    struct Watch {
        explicit Watch(Polls& noted) { polls = &noted; }
        ~Watch() { polls = nullptr; }
    } watch(noted);
    Spent begin = clock.now();
    while (context.run_one() > 0) {
        const Spent end = clock.now();
        turns_.push_back(static_cast<float>((end - begin - std::exchange(noted.asleep, Spent())).seconds()));
        begin = end;
    }
    longest_round_ = noted.longest_round;
}

void Turns::tell(Figures& figures, const std::string& name) const {
    if (turns_.empty()) throw std::runtime_error("an io_context that had no turn");
    std::vector<float> sorted = turns_;
    std::ranges::sort(sorted);
    const auto nearly_all = static_cast<std::size_t>(std::ceil(0.999 * static_cast<double>(sorted.size())));
    figures[name + "_longest_ms"] = sorted.back() * 1e3;
    figures[name + "_999_ms"] = sorted[nearly_all - 1] * 1e3;
    figures[name + "_count"] = static_cast<double>(sorted.size());
    figures[name + "_round_ms"] = longest_round_ * 1e3;
}

void run(asio::io_context& context, asio::awaitable<void> job, const Arguments& arguments, Figures& figures) {
    std::exception_ptr failure;
    asio::co_spawn(context, std::move(job), [&](std::exception_ptr error) { failure = error; });
    if (arguments.number("turns", 0) == 0) {
        context.run();
    } else {
        IdleLoop idle;
        Turns turns;
        turns.run(context);
        turns.tell(figures, "turn");
        idle.end().tell(figures, "idle");
    }
    if (failure) std::rethrow_exception(failure);
}

}  // namespace bench

/// In the place of the C library's: what Asio calls to look at its sockets, and to sleep.
extern "C" int epoll_wait(int epoll, epoll_event* events, int most, int timeout) {
    bench::Polls* const noted = bench::polls;
    if (!noted) return ::epoll_pwait(epoll, events, most, timeout, nullptr);
    const bench::Spent begin = noted->clock.now();
    if (noted->last) noted->longest_round = std::max(noted->longest_round, (begin - *noted->last).seconds());
    const int found = ::epoll_pwait(epoll, events, most, timeout, nullptr);
    noted->last = noted->clock.now();
    if (timeout != 0) noted->asleep = noted->asleep + (*noted->last - begin);
    return found;
}
