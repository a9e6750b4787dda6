#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

namespace hf {

namespace detail {

class JobState;

/// Somebody who waits for the end of a job.
class JobWaiter {
public:
    virtual ~JobWaiter() = default;
    virtual void resume(std::exception_ptr error) = 0;  ///< on the waiter's own executor
};

class Job {
public:
    Job();
    virtual ~Job();
    virtual boost::asio::awaitable<void> run() = 0;  ///< keeps its result; does not throw

    bool done() const noexcept;
    bool start() noexcept;                ///< false if it was cancelled
    bool cancel();                        ///< false if it has started
    void fail(std::exception_ptr error);  ///< that is the result
    void finish();                        ///< the result is there
    void abandon();                       ///< its executor ends: the result is operation_aborted; nobody is resumed
    void require() const;                 ///< blocks until it is done, and throws its error

    std::size_t next_number();
    /// Resumes `waiter` when the job is done, or now if it is.
    void add(std::size_t number, std::unique_ptr<JobWaiter> waiter);
    void remove(std::size_t number);  ///< resumes the waiter of that number with operation_aborted

private:
    std::unique_ptr<JobState> state_;
};

template <class T>
class TypedJob final : public Job {
public:
    explicit TypedJob(boost::asio::awaitable<T> operation) : operation_(std::move(operation)) {}

    boost::asio::awaitable<void> run() override {
        try {
            if constexpr (std::is_void_v<T>) {
                co_await std::move(operation_);
            } else {
                T value = co_await std::move(operation_);
                value_.emplace(std::move(value));
            }
        } catch (...) {
            fail(std::current_exception());
        }
    }
    T result() const {
        require();
        if constexpr (!std::is_void_v<T>) return *value_;
    }

private:
    boost::asio::awaitable<T> operation_;
    std::conditional_t<std::is_void_v<T>, std::monostate, std::optional<T>> value_;
};

template <class T>
struct StdFuture;  // <hf/workflow/std_future.hpp>

/// Completes, on the awaiting coroutine's executor, when `job` is done. Cancelling it leaves the job alone.
boost::asio::awaitable<void> end_of(std::shared_ptr<Job> job);

}  // namespace detail

/// A call that goes on in the background: a handle, whose copies mean the same call. It may be used from any
/// thread and need not be kept: the call ends without it.
template <class T>
class Future {
public:
    explicit Future(std::shared_ptr<detail::TypedJob<T>> job) : job_(std::move(job)) {}

    bool done() const noexcept { return job_->done(); }

    /// Takes a call that has not started off the queue; its result is operation_aborted. False if it has started.
    bool cancel() { return job_->cancel(); }

    /// Waits in a coroutine, on whatever executor that has, and gives the result or throws the error of the
    /// call. Cancelling the wait leaves the call alone.
    boost::asio::awaitable<T> result() const { return result_impl(job_); }

    /// Blocks, and must not be called on a thread that the call needs to go on.
    T get() const { return job_->result(); }
    /// The same as a std::shared_future<T>; who asks for it includes <hf/workflow/std_future.hpp>.
    auto std_future() const { return detail::StdFuture<T>::of(job_); }

private:
    static boost::asio::awaitable<T> result_impl(std::shared_ptr<detail::TypedJob<T>> job) {
        co_await detail::end_of(job);
        if constexpr (std::is_void_v<T>)
            job->result();
        else
            co_return job->result();
    }

    std::shared_ptr<detail::TypedJob<T>> job_;
};

class JobQueue;

/// Calls in the background, one after another: hf::async with a queue before it and a handle behind it.
class RunAsFutureApi {
public:
    /// Jobs run on `executor`.
    explicit RunAsFutureApi(boost::asio::any_io_executor executor);

    /// Starts `job` on the executor of the client when all jobs given earlier to this object, or to a copy of
    /// it, have ended, well or not; until then it waits in a queue.
    ///
    ///     hf::Future<hf::CommitInfo> commit = api.run_as_future(api.upload_file(data, "a.bin", "me/repo"));
    ///     hf::Future<void> like = api.run_as_future(api.like("me/repo"));  // sent after the commit
    ///     co_await like.result();
    ///
    /// Arguments were copied when the call was made: they need not outlive this function. The
    /// result of a job that is under way or waits when the executor ends is operation_aborted.
    template <class T>
    Future<T> run_as_future(boost::asio::awaitable<T> job) const {
        auto typed = std::make_shared<detail::TypedJob<T>>(std::move(job));
        Future<T> out(typed);
        push(std::move(typed));
        return out;
    }

private:
    void push(std::shared_ptr<detail::Job> job) const;

    std::shared_ptr<JobQueue> queue_;
};

}  // namespace hf
