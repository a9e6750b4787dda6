#include "workers.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <memory>

namespace hf::local_hub {

namespace asio = boost::asio;

bool Workers::post(std::function<void()> job) {
    // A job that came after the last thread has left would stay in the pool, and with it the coroutine that
    // waits for it, which keeps the pool alive.
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    asio::post(pool_, std::move(job));
    return true;
}

void Workers::close() {
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
    }
    pool_.join();
}

asio::awaitable<void> Workers::run(std::function<void()> work) {
    auto initiate = [](auto handler, Workers* self, std::function<void()> job) {
        const auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        const auto resume = [](const auto& waiting, std::exception_ptr failure) {
            const auto executor = asio::get_associated_executor(*waiting);
            asio::post(executor, [waiting, failure] { std::move (*waiting)(failure); });
        };
        const bool posted = self->post([shared, resume, job = std::move(job)] {
            std::exception_ptr failure;
            try {
                job();
            } catch (...) {
                failure = std::current_exception();
            }
            resume(shared, failure);
        });
        if (!posted)
            resume(shared, std::make_exception_ptr(boost::system::system_error(asio::error::operation_aborted)));
    };
    return asio::async_initiate<const asio::use_awaitable_t<>&, void(std::exception_ptr)>(initiate, asio::use_awaitable,
                                                                                          this, std::move(work));
}

}  // namespace hf::local_hub
