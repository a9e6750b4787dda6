#include "local_hub/server/workers.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <exception>

namespace hf::local_hub {

namespace asio = boost::asio;

namespace {

std::exception_ptr failure_of(const std::function<void()>& job) {
    try {
        job();
    } catch (...) {
        return std::current_exception();
    }
    return nullptr;
}

}  // namespace

/// A job and the coroutine that waits for it. Move-only: once the coroutine was handed back to its executor,
/// no other thread holds any part of it.
template <class Handler>
class Workers::Task {
public:
    Task(Handler handler, std::function<void()> job) : handler_(std::move(handler)), job_(std::move(job)) {}

    void operator()() {
        auto failure = failure_of(job_);
        job_ = nullptr;
        resume(std::move(failure));
    }

    void resume(std::exception_ptr failure) {
        const auto executor = asio::get_associated_executor(handler_);
        asio::post(executor, [handler = std::move(handler_), failure = std::move(failure)]() mutable {
            std::move(handler)(std::move(failure));
        });
    }

private:
    Handler handler_;
    std::function<void()> job_;
};

template <class Handler>
void Workers::start(Handler handler, std::function<void()> job) {
    Task<Handler> task(std::move(handler), std::move(job));
    {
        // A job that came after the last thread has left would stay in the pool, and with it the coroutine that
        // waits for it, which keeps the pool alive.
        const std::lock_guard lock(mutex_);
        if (!closed_) return asio::post(pool_, std::move(task));
    }
    task.resume(std::make_exception_ptr(boost::system::system_error(asio::error::operation_aborted)));
}

void Workers::close() {
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
    }
    pool_.join();
}

asio::awaitable<void> Workers::run(std::function<void()> work) {
    const auto initiate = [](auto handler, Workers* self, std::function<void()> job) {
        self->start(std::move(handler), std::move(job));
    };
    return asio::async_initiate<const asio::use_awaitable_t<>&, void(std::exception_ptr)>(initiate, asio::use_awaitable,
                                                                                          this, std::move(work));
}

}  // namespace hf::local_hub
