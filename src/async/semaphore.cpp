#include "async/semaphore.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace hf {

namespace asio = boost::asio;

// The waiting coroutine is owned by a timer, and thereby by its context: a context that is destroyed takes
// its waiters along. A list of completion handlers here would keep them, and them this object, for ever.
struct Semaphore::Waiter {
    Waiter(asio::any_io_executor executor, std::size_t amount, const void* group)
        : amount(amount), group(group), timer(executor, asio::steady_timer::time_point::max()) {}

    enum class State { waiting, granted, dismissed };
    std::size_t amount;
    const void* group;
    State state = State::waiting;
    asio::steady_timer timer;
};

/// Leaves the queue, or gives back what was granted, when the coroutine ends early.
class Semaphore::Place {
public:
    Place(std::shared_ptr<Semaphore> budget, std::shared_ptr<Waiter> waiter)
        : budget_(std::move(budget)), waiter_(std::move(waiter)) {}
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() {
        if (waiter_) budget_->leave(waiter_);
    }
    void keep() { waiter_.reset(); }

private:
    std::shared_ptr<Semaphore> budget_;
    std::shared_ptr<Waiter> waiter_;
};

Semaphore::Ticket Semaphore::try_take(std::size_t amount) {
    const std::lock_guard lock(mutex_);
    if (!waiters_.empty() || !fits(amount)) return Ticket();
    taken_ += amount;
    return Ticket(shared_from_this(), amount);
}

asio::awaitable<Semaphore::Ticket> Semaphore::take(std::size_t amount, const void* group) {
    const auto self = shared_from_this();
    if (Ticket ticket = try_take(amount)) co_return ticket;
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    const auto waiter = std::make_shared<Waiter>(executor, amount, group);
    Place place(self, waiter);
    {
        std::unique_lock lock(mutex_);
        waiters_.push_back(waiter);
        const Waiters granted = grant();  // something may have been given back since
        lock.unlock();
        wake(granted);
    }
    boost::system::error_code ignored;
    co_await waiter->timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));

    std::unique_lock lock(mutex_);
    const Waiter::State state = waiter->state;
    lock.unlock();
    if (state == Waiter::State::waiting) throw boost::system::system_error(asio::error::operation_aborted);
    place.keep();
    if (state == Waiter::State::dismissed) co_return Ticket();
    co_return Ticket(self, amount);
}

void Semaphore::leave(const std::shared_ptr<Waiter>& waiter) {
    std::unique_lock lock(mutex_);
    if (waiter->state == Waiter::State::granted) taken_ -= waiter->amount;
    waiters_.remove(waiter);
    const Waiters granted = grant();
    lock.unlock();
    wake(granted);
}

void Semaphore::dismiss(const void* group) {
    Waiters gone;
    std::unique_lock lock(mutex_);
    for (auto i = waiters_.begin(); i != waiters_.end();) {
        const auto waiter = i++;
        if ((*waiter)->group != group) continue;
        (*waiter)->state = Waiter::State::dismissed;
        gone.splice(gone.end(), waiters_, waiter);
    }
    gone.splice(gone.end(), grant());
    lock.unlock();
    wake(gone);
}

void Semaphore::give_back(std::size_t amount) {
    std::unique_lock lock(mutex_);
    taken_ -= amount;
    const Waiters granted = grant();
    lock.unlock();
    wake(granted);
}

void Semaphore::set_limit(std::size_t limit) {
    std::unique_lock lock(mutex_);
    limit_ = limit;
    const Waiters granted = grant();
    lock.unlock();
    wake(granted);
}

Semaphore::Waiters Semaphore::grant() {
    Waiters granted;
    while (!waiters_.empty() && fits(waiters_.front()->amount)) {
        taken_ += waiters_.front()->amount;
        waiters_.front()->state = Waiter::State::granted;
        granted.splice(granted.end(), waiters_, waiters_.begin());
    }
    return granted;
}

void Semaphore::wake(const Waiters& waiters) {
    for (const auto& waiter : waiters) {
        // On the waiter's own strand, where it is either not yet waiting or suspended.
        asio::post(waiter->timer.get_executor(),
                   [waiter] { waiter->timer.expires_at(asio::steady_timer::time_point::min()); });
    }
}

std::size_t Semaphore::limit() const {
    const std::lock_guard lock(mutex_);
    return limit_;
}

std::size_t Semaphore::taken() const {
    const std::lock_guard lock(mutex_);
    return taken_;
}

std::size_t Semaphore::waiting() const {
    const std::lock_guard lock(mutex_);
    return waiters_.size();
}

}  // namespace hf
