#include "async/event.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <mutex>
#include <utility>

namespace hf {
namespace asio = boost::asio;
using boost::system::error_code;

// The waiting coroutine is owned by a timer, and thereby by its context: a context that is destroyed takes its
// waiters along. A completion handler here would keep the coroutine, and the coroutine this event, for ever.
struct Event::State {
    std::mutex mutex;
    bool set = false;
    asio::steady_timer* waiter = nullptr;

    void announce() {
        const std::scoped_lock lock(mutex);
        set = true;
        if (waiter) waiter->cancel();
    }
    bool take() {
        const std::scoped_lock lock(mutex);
        return std::exchange(set, false);
    }
    void leave() {
        const std::scoped_lock lock(mutex);
        waiter = nullptr;
    }
};

Event::Event() : state_(std::make_shared<State>()) {}

void Event::set() { state_->announce(); }

asio::awaitable<void> Event::wait() {
    const std::shared_ptr<State> state = state_;
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, asio::steady_timer::time_point::max());
    struct Leave {
        State& state;
        ~Leave() { state.leave(); }
    };
    const Leave leave{*state};
    // The lock keeps an announcement by another thread from the timer until it waits.
    const auto initiate = [](auto handler, State* event, asio::steady_timer* waiter) {
        const std::scoped_lock lock(event->mutex);
        if (event->set) {
            const auto on = waiter->get_executor();
            asio::post(on, [handler = std::move(handler)]() mutable { std::move(handler)(error_code()); });
        } else {
            event->waiter = waiter;
            waiter->async_wait(std::move(handler));
        }
    };
    error_code ignored;
    auto token = asio::redirect_error(asio::use_awaitable, ignored);
    co_await asio::async_initiate<decltype(token)&, void(error_code)>(initiate, token, state.get(), &timer);
    if (!state->take()) throw boost::system::system_error(asio::error::operation_aborted);
}

}  // namespace hf
