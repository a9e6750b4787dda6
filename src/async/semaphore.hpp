#pragma once

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <utility>

namespace hf {

/// A limited amount of something (bytes of memory, streams to an origin) that coroutines take and give
/// back, first come first served. The limit may change at any time; lowering it takes nothing back.
/// Safe to use from several threads. Must be owned by a shared_ptr.
class Semaphore : public std::enable_shared_from_this<Semaphore> {
public:
    explicit Semaphore(std::size_t limit) : limit_(limit) {}

    /// Gives back what it holds when destroyed. Move-only.
    class Ticket {
    public:
        Ticket() = default;
        Ticket(Ticket&& other) noexcept : budget_(std::move(other.budget_)), amount_(std::exchange(other.amount_, 0)) {}
        Ticket& operator=(Ticket&& other) noexcept {
            std::swap(budget_, other.budget_);
            std::swap(amount_, other.amount_);
            return *this;
        }
        ~Ticket() {
            if (budget_) budget_->give_back(amount_);
        }

        std::size_t amount() const noexcept { return amount_; }
        explicit operator bool() const noexcept { return budget_ != nullptr; }

    private:
        friend class Semaphore;
        Ticket(std::shared_ptr<Semaphore> budget, std::size_t amount) : budget_(std::move(budget)), amount_(amount) {}
        std::shared_ptr<Semaphore> budget_;
        std::size_t amount_ = 0;
    };

    /// Waits until `amount` is free and nobody came earlier; more than the limit counts as the limit, so
    /// that it is granted once everything else was given back. Throws system_error(operation_aborted)
    /// when cancelled, taking nothing. To be awaited on a strand or a context of one thread.
    boost::asio::awaitable<Ticket> take(std::size_t amount, const void* group = nullptr);
    /// Sends away those who wait for `group`: they get an empty ticket.
    void dismiss(const void* group);
    /// At once, or an empty ticket.
    Ticket try_take(std::size_t amount);

    void set_limit(std::size_t limit);
    std::size_t limit() const;
    std::size_t taken() const;
    std::size_t waiting() const;

private:
    struct Waiter;
    class Place;
    using Waiters = std::list<std::shared_ptr<Waiter>>;

    bool fits(std::size_t amount) const { return taken_ == 0 || taken_ + amount <= limit_; }
    void give_back(std::size_t amount);
    void leave(const std::shared_ptr<Waiter>& waiter);
    Waiters grant();  // with the mutex held: those whose turn has come
    static void wake(const Waiters& waiters);

    mutable std::mutex mutex_;
    std::size_t limit_;
    std::size_t taken_ = 0;
    Waiters waiters_;
};

}  // namespace hf
