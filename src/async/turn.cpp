#include "async/turn.hpp"

#include "async/event.hpp"

#include <hf/core/for_each_bounded.hpp>

#include <boost/asio/execution_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <deque>
#include <mutex>
#include <utility>

namespace hf {

namespace asio = boost::asio;

namespace {

/// Those of one context who gave way, first come first served. One goes on with each step of the loop: a strand that
/// two get back to at once runs both in one turn, and stays that busy for ever.
class TurnQueue final : public asio::execution_context::service {
public:
    static inline asio::execution_context::id id;

    explicit TurnQueue(asio::execution_context& owner) : service(owner) {}

    void enter(const asio::any_io_executor& loop, Event event) {
        const std::scoped_lock lock(mutex_);
        waiting_.push_back(std::move(event));
        if (!std::exchange(stepping_, true)) step_later(loop);
    }

private:
    void shutdown() noexcept override { waiting_.clear(); }

    void step_later(const asio::any_io_executor& loop) {
        asio::post(loop, [this, loop] { step(loop); });
    }
    void step(const asio::any_io_executor& loop) {
        const std::scoped_lock lock(mutex_);
        stepping_ = !waiting_.empty();
        if (!stepping_) return;
        waiting_.front().set();
        waiting_.pop_front();
        step_later(loop);
    }

    std::mutex mutex_;
    std::deque<Event> waiting_;
    bool stepping_ = false;
};

}  // namespace

asio::awaitable<void> pass_turn() {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    const asio::any_io_executor loop = detail::below_strands(executor);
    Event event;
    asio::use_service<TurnQueue>(loop.context()).enter(loop, event);
    co_await event.wait();
}

}  // namespace hf
