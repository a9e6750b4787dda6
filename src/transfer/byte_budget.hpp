#pragma once

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <utility>

namespace hf {

/// A limited amount of something (bytes of memory, streams to an origin) that coroutines take and give
/// back, first come first served. The limit may change at any time; lowering it takes nothing back.
/// Safe to use from several threads. Must be owned by a shared_ptr.
class ByteBudget : public std::enable_shared_from_this<ByteBudget> {
public:
    explicit ByteBudget(std::size_t limit) : limit_(limit) {}

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
        friend class ByteBudget;
        Ticket(std::shared_ptr<ByteBudget> budget, std::size_t amount) : budget_(std::move(budget)), amount_(amount) {}
        std::shared_ptr<ByteBudget> budget_;
        std::size_t amount_ = 0;
    };

    /// Waits until `amount` is free and nobody came earlier; more than the limit counts as the limit, so
    /// that it is granted once everything else was given back. Throws system_error(operation_aborted)
    /// when cancelled, taking nothing.
    boost::asio::awaitable<Ticket> take(std::size_t amount);
    /// At once, or an empty ticket.
    Ticket try_take(std::size_t amount);

    void set_limit(std::size_t limit);
    std::size_t limit() const;
    std::size_t taken() const;
    std::size_t waiting() const;

private:
    using Handler = boost::asio::any_completion_handler<void(boost::system::error_code)>;
    struct Waiter {
        Waiter(std::uint64_t id, std::size_t amount, Handler handler, boost::asio::any_io_executor executor)
            : id(id), amount(amount), handler(std::move(handler)), executor(std::move(executor)) {}
        std::uint64_t id;
        std::size_t amount;
        Handler handler;
        boost::asio::any_io_executor executor;  // tracks outstanding work
    };
    using Waiters = std::list<Waiter>;

    bool fits(std::size_t amount) const { return taken_ == 0 || taken_ + amount <= limit_; }
    void give_back(std::size_t amount);
    void start(std::size_t amount, Handler handler, boost::asio::any_io_executor executor);
    void cancel(std::uint64_t id);
    Waiters grant();  // with the mutex held: those whose turn has come
    static void complete(Waiters granted, boost::system::error_code error);

    mutable std::mutex mutex_;
    std::size_t limit_;
    std::size_t taken_ = 0;
    std::uint64_t next_id_ = 0;
    Waiters waiters_;
};

}  // namespace hf
