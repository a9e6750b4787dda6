#include "transfer/byte_budget.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace hf {

namespace asio = boost::asio;

ByteBudget::Ticket ByteBudget::try_take(std::size_t amount) {
    const std::lock_guard lock(mutex_);
    if (!waiters_.empty() || !fits(amount)) return Ticket();
    taken_ += amount;
    return Ticket(shared_from_this(), amount);
}

asio::awaitable<ByteBudget::Ticket> ByteBudget::take(std::size_t amount) {
    const auto self = shared_from_this();
    if (Ticket ticket = try_take(amount)) co_return ticket;
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    // Named: a capturing lambda must not be built inside a co_await expression.
    auto initiate = [self, amount, executor](auto handler) {
        self->start(amount, Handler(std::move(handler)), executor);
    };
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void(boost::system::error_code)>(initiate,
                                                                                                  asio::use_awaitable);
    co_return Ticket(self, amount);
}

void ByteBudget::start(std::size_t amount, Handler handler, asio::any_io_executor executor) {
    auto slot = asio::get_associated_cancellation_slot(handler);
    std::unique_lock lock(mutex_);
    const std::uint64_t id = next_id_++;
    waiters_.emplace_back(id, amount, std::move(handler),
                          asio::prefer(executor, asio::execution::outstanding_work.tracked));
    if (slot.is_connected()) {
        slot.assign([weak = weak_from_this(), id](asio::cancellation_type) {
            if (const auto self = weak.lock()) self->cancel(id);
        });
    }
    auto granted = grant();
    lock.unlock();
    complete(std::move(granted), {});
}

void ByteBudget::cancel(std::uint64_t id) {
    Waiters cancelled;
    std::unique_lock lock(mutex_);
    // Not found: granted already, and on its way.
    for (auto i = waiters_.begin(); i != waiters_.end(); ++i) {
        if (i->id == id) {
            cancelled.splice(cancelled.end(), waiters_, i);
            break;
        }
    }
    auto granted = grant();
    lock.unlock();
    complete(std::move(cancelled), asio::error::operation_aborted);
    complete(std::move(granted), {});
}

void ByteBudget::give_back(std::size_t amount) {
    std::unique_lock lock(mutex_);
    taken_ -= amount;
    auto granted = grant();
    lock.unlock();
    complete(std::move(granted), {});
}

void ByteBudget::set_limit(std::size_t limit) {
    std::unique_lock lock(mutex_);
    limit_ = limit;
    auto granted = grant();
    lock.unlock();
    complete(std::move(granted), {});
}

ByteBudget::Waiters ByteBudget::grant() {
    Waiters granted;
    while (!waiters_.empty() && fits(waiters_.front().amount)) {
        taken_ += waiters_.front().amount;
        granted.splice(granted.end(), waiters_, waiters_.begin());
    }
    return granted;
}

void ByteBudget::complete(Waiters granted, boost::system::error_code error) {
    for (auto& waiter : granted) {
        asio::post(waiter.executor,
                   [handler = std::move(waiter.handler), error]() mutable { std::move(handler)(error); });
    }
}

std::size_t ByteBudget::limit() const {
    const std::lock_guard lock(mutex_);
    return limit_;
}

std::size_t ByteBudget::taken() const {
    const std::lock_guard lock(mutex_);
    return taken_;
}

std::size_t ByteBudget::waiting() const {
    const std::lock_guard lock(mutex_);
    return waiters_.size();
}

}  // namespace hf
