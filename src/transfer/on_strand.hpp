#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <memory>
#include <type_traits>
#include <utility>

namespace hf {
namespace detail {

// Lives on the strand of the operation. In Boost 1.81, `co_spawn(strand, ..., use_awaitable)` hands a
// cancellation over to the strand with a pointer that dangles if the operation ends first.
struct RunOnState {
    boost::asio::cancellation_signal signal;
    bool done = false;
};

template <class Handler>
class RunOnCompletion {
public:
    RunOnCompletion(Handler handler, std::shared_ptr<RunOnState> state)
        : home_(boost::asio::get_associated_executor(handler)),
          handler_(std::move(handler)),
          state_(std::move(state)) {}

    template <class... Result>
    void operator()(Result... result) {
        state_->done = true;
        const auto home = home_.get_executor();
        boost::asio::post(home, [handler = std::move(handler_), home = std::move(home_),
                                 ... result = std::move(result)]() mutable { handler(std::move(result)...); });
    }

private:
    boost::asio::executor_work_guard<boost::asio::any_io_executor> home_;
    Handler handler_;
    std::shared_ptr<RunOnState> state_;
};

struct InitiateRunOn {
    template <class Handler, class T>
    void operator()(Handler handler, boost::asio::any_io_executor executor, boost::asio::awaitable<T> operation) const {
        namespace asio = boost::asio;
        auto strand = asio::make_strand(std::move(executor));
        auto state = std::make_shared<RunOnState>();
        auto slot = asio::get_associated_cancellation_slot(handler);
        if (slot.is_connected()) {
            slot.assign([state, strand](asio::cancellation_type type) {
                asio::post(strand, [state, type] {
                    if (!state->done) state->signal.emit(type);
                });
            });
        }
        RunOnCompletion<Handler> completion(std::move(handler), state);
        asio::co_spawn(strand, std::move(operation),
                       asio::bind_cancellation_slot(state->signal.slot(), std::move(completion)));
    }
};

template <class T>
struct RunOnSignature {
    using type = void(std::exception_ptr, T);
};
template <>
struct RunOnSignature<void> {
    using type = void(std::exception_ptr);
};

}  // namespace detail

/// Runs `operation` on a new strand of `executor` and gives its result here. Cancellation is passed on.
template <class T>
boost::asio::awaitable<T> run_on(boost::asio::any_io_executor executor, boost::asio::awaitable<T> operation) {
    namespace asio = boost::asio;
    return asio::async_initiate<const asio::use_awaitable_t<>&, typename detail::RunOnSignature<T>::type>(
        detail::InitiateRunOn(), asio::use_awaitable, std::move(executor), std::move(operation));
}

/// The same on the current executor: what `operation` starts in parallel may share data without locks.
template <class T>
boost::asio::awaitable<T> on_strand(boost::asio::awaitable<T> operation) {
    const boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    auto moved = run_on(executor, std::move(operation));
    if constexpr (std::is_void_v<T>) {
        co_await std::move(moved);
    } else {
        T result = co_await std::move(moved);
        co_return result;
    }
}

}  // namespace hf
