#pragma once

#include <hf/workflow/run_as_future.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <future>
#include <memory>
#include <type_traits>
#include <utility>

/// What `Future::std_future` needs, apart since <future> is long.
namespace hf::detail {

/// Belongs to the job that it waits for.
template <class T>
class PromiseWaiter final : public JobWaiter {
public:
    explicit PromiseWaiter(const TypedJob<T>& job) : job_(job) {}
    ~PromiseWaiter() override {
        if (!resumed_)
            promise_.set_exception(
                std::make_exception_ptr(boost::system::system_error(boost::asio::error::operation_aborted)));
    }

    std::shared_future<T> future() { return promise_.get_future().share(); }
    void resume(std::exception_ptr) override {
        resumed_ = true;
        try {
            if constexpr (std::is_void_v<T>) {
                job_.result();
                promise_.set_value();
            } else {
                promise_.set_value(job_.result());
            }
        } catch (...) {
            promise_.set_exception(std::current_exception());
        }
    }

private:
    const TypedJob<T>& job_;
    std::promise<T> promise_;
    bool resumed_ = false;
};

template <class T>
struct StdFuture {
    static std::shared_future<T> of(const std::shared_ptr<TypedJob<T>>& job) {
        auto waiter = std::make_unique<PromiseWaiter<T>>(*job);
        auto out = waiter->future();
        job->add(job->next_number(), std::move(waiter));
        return out;
    }
};

}  // namespace hf::detail
