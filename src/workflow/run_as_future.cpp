#include <hf/core/async.hpp>
#include <hf/workflow/run_as_future.hpp>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>

namespace hf {

namespace asio = boost::asio;

namespace {
std::exception_ptr aborted() {
    return std::make_exception_ptr(boost::system::system_error(asio::error::operation_aborted));
}
}  // namespace

namespace detail {

class JobState {
public:
    enum class Phase { waiting, started, done };

    std::mutex mutex;
    std::condition_variable ended;
    std::exception_ptr failure;  // does not change any more when the phase is `done`
    Phase phase = Phase::waiting;
    std::size_t last_number = 0;
    std::map<std::size_t, std::unique_ptr<JobWaiter>> waiters;
};

Job::Job() : state_(std::make_unique<JobState>()) {}
Job::~Job() = default;

bool Job::done() const noexcept {
    const std::lock_guard lock(state_->mutex);
    return state_->phase == JobState::Phase::done;
}

bool Job::start() noexcept {
    const std::lock_guard lock(state_->mutex);
    if (state_->phase != JobState::Phase::waiting) return false;
    state_->phase = JobState::Phase::started;
    return true;
}

bool Job::cancel() {
    if (!start()) return false;
    fail(aborted());
    finish();
    return true;
}

void Job::fail(std::exception_ptr error) {
    const std::lock_guard lock(state_->mutex);
    if (state_->phase != JobState::Phase::done) state_->failure = std::move(error);
}

void Job::finish() {
    std::map<std::size_t, std::unique_ptr<JobWaiter>> waiters;
    {
        const std::lock_guard lock(state_->mutex);
        state_->phase = JobState::Phase::done;
        waiters.swap(state_->waiters);
    }
    state_->ended.notify_all();
    for (auto& [number, waiter] : waiters) waiter->resume(nullptr);
}

void Job::abandon() {
    std::map<std::size_t, std::unique_ptr<JobWaiter>> waiters;
    {
        const std::lock_guard lock(state_->mutex);
        if (state_->phase == JobState::Phase::done) return;
        state_->phase = JobState::Phase::done;
        state_->failure = aborted();
        waiters.swap(state_->waiters);
    }
    state_->ended.notify_all();
}

void Job::require() const {
    std::unique_lock lock(state_->mutex);
    state_->ended.wait(lock, [&] { return state_->phase == JobState::Phase::done; });
    if (state_->failure) std::rethrow_exception(state_->failure);
}

std::size_t Job::next_number() {
    const std::lock_guard lock(state_->mutex);
    return ++state_->last_number;
}

void Job::add(std::size_t number, std::unique_ptr<JobWaiter> waiter) {
    {
        const std::lock_guard lock(state_->mutex);
        if (state_->phase != JobState::Phase::done) {
            state_->waiters.emplace(number, std::move(waiter));
            return;
        }
    }
    waiter->resume(nullptr);
}

void Job::remove(std::size_t number) {
    std::unique_ptr<JobWaiter> waiter;
    {
        const std::lock_guard lock(state_->mutex);
        const auto it = state_->waiters.find(number);
        if (it == state_->waiters.end()) return;
        waiter = std::move(it->second);
        state_->waiters.erase(it);
    }
    waiter->resume(aborted());
}

namespace {

template <class Handler>
class HandlerWaiter final : public JobWaiter {
public:
    explicit HandlerWaiter(Handler handler)
        : home_(asio::get_associated_executor(handler)), handler_(std::move(handler)) {}

    void resume(std::exception_ptr error) override {
        const auto executor = home_.get_executor();
        asio::post(executor, [handler = std::move(handler_), home = std::move(home_), error]() mutable {
            std::move(handler)(error);
        });
    }

private:
    asio::executor_work_guard<asio::associated_executor_t<Handler>> home_;
    Handler handler_;
};

struct InitiateWait {
    template <class Handler>
    void operator()(Handler handler, std::shared_ptr<Job> job) const {
        const std::size_t number = job->next_number();
        auto slot = asio::get_associated_cancellation_slot(handler);
        if (slot.is_connected()) slot.assign([job, number](asio::cancellation_type) { job->remove(number); });
        // From here on the waiting coroutine may go on, on another thread.
        job->add(number, std::make_unique<HandlerWaiter<Handler>>(std::move(handler)));
    }
};

}  // namespace

asio::awaitable<void> end_of(std::shared_ptr<Job> job) {
    co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(std::exception_ptr)>(InitiateWait(),
                                                                                            asio::use_awaitable, job);
}

}  // namespace detail

/// Runs jobs one after another while there are any.
class JobQueue : public std::enable_shared_from_this<JobQueue> {
public:
    explicit JobQueue(asio::any_io_executor executor) : executor_(std::move(executor)) {}

    void push(std::shared_ptr<detail::Job> job) {
        {
            const std::lock_guard lock(mutex_);
            jobs_.push_back(std::move(job));
            if (running_) return;
            running_ = true;
        }
        async(executor_, run_all(shared_from_this()), asio::detached);
    }

private:
    /// In the frame of run_all, which may be destroyed before it ends.
    struct Run {
        explicit Run(std::shared_ptr<JobQueue> self) : queue(std::move(self)) {}
        ~Run() {
            while (job) {
                job->abandon();
                job = queue->pop();
            }
        }
        std::shared_ptr<JobQueue> queue;
        std::shared_ptr<detail::Job> job;
    };

    static asio::awaitable<void> run_all(std::shared_ptr<JobQueue> self) {
        Run run(std::move(self));
        while ((run.job = run.queue->pop())) {
            if (!run.job->start()) continue;
            co_await run.job->run();
            run.job->finish();
        }
    }

    std::shared_ptr<detail::Job> pop() {
        const std::lock_guard lock(mutex_);
        if (jobs_.empty()) {
            running_ = false;
            return nullptr;
        }
        auto job = std::move(jobs_.front());
        jobs_.pop_front();
        return job;
    }

    asio::any_io_executor executor_;
    std::mutex mutex_;
    std::deque<std::shared_ptr<detail::Job>> jobs_;
    bool running_ = false;
};

RunAsFutureApi::RunAsFutureApi(asio::any_io_executor executor)
    : queue_(std::make_shared<JobQueue>(std::move(executor))) {}

void RunAsFutureApi::push(std::shared_ptr<detail::Job> job) const { queue_->push(std::move(job)); }

}  // namespace hf
