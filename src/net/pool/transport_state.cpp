#include "net/pool/transport_state.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>

namespace hf::net {

namespace asio = boost::asio;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

namespace {

// A deadline is met to within this time. One timer serves all exchanges, so that a deadline costs a request
// no timer of its own.
constexpr std::chrono::milliseconds tick{100};

PoolLimits pool_limits(const TransportConfig& config) {
    PoolLimits limits;
    limits.per_key = std::max<std::size_t>(1, config.max_connections_per_origin);
    limits.max_idle = config.max_idle;
    limits.idle_timeout = config.idle_timeout;
    return limits;
}

}  // namespace

TransportState::TransportState(asio::any_io_executor executor, TransportConfig config)
    : sending(config.max_send_rate),
      receiving(config.max_receive_rate),
      executor_(std::move(executor)),
      config_(std::move(config)),
      resolver_(std::make_shared<Resolver>(executor_, config_)),
      pool_(pool_limits(config_)),
      watchdog_(executor_) {}

const TlsContext& TransportState::tls() {
    const std::scoped_lock lock(tls_mutex_);
    if (!tls_) tls_ = std::make_unique<TlsContext>(config_.tls);
    return *tls_;
}

std::shared_ptr<Exchange> TransportState::begin(Method method, Url url, const Timeouts& timeouts) {
    auto exchange = std::make_shared<Exchange>(method, std::move(url), timeouts, Clock::now());
    const std::scoped_lock lock(mutex_);
    if (closed_) throw boost::system::system_error(asio::error::operation_aborted);
    exchange->place = active_.size();
    active_.push_back(exchange.get());
    counters.requests.fetch_add(1, std::memory_order_relaxed);
    if (!watchdog_runs_) start_watchdog();
    return exchange;
}

void TransportState::end(Exchange& exchange) noexcept {
    const std::scoped_lock lock(mutex_);
    active_[exchange.place] = active_.back();
    active_[exchange.place]->place = exchange.place;
    active_.pop_back();
    if (!active_.empty() || !watchdog_runs_) return;
    // A timer that runs on would keep the executor's context from running out of work.
    watchdog_runs_ = false;
    ++watchdog_generation_;
    watchdog_.cancel();
}

void TransportState::start_watchdog() {
    watchdog_runs_ = true;
    watchdog_.expires_after(tick);
    watchdog_.async_wait([weak = weak_from_this(), generation = ++watchdog_generation_](error_code error) {
        if (const auto self = weak.lock()) self->on_tick(generation, error);
    });
}

void TransportState::on_tick(std::uint64_t generation, error_code error) {
    const std::scoped_lock lock(mutex_);
    if (error || generation != watchdog_generation_ || !watchdog_runs_) return;
    const auto now = Clock::now();
    for (Exchange* exchange : active_)
        if (exchange->check(now)) counters.timed_out.fetch_add(1, std::memory_order_relaxed);
    start_watchdog();
}

TransportState::Grant TransportState::acquire(const Origin& origin, bool fresh, std::unique_ptr<Connection>& connection,
                                              std::shared_ptr<PoolWaiter>& waiter) {
    std::vector<std::unique_ptr<Connection>> garbage;  // closed after the lock is gone
    const std::scoped_lock lock(mutex_);
    auto [grant, kept] = pool_.acquire(origin, Clock::now(), fresh);
    if (kept) connection = std::move(*kept);
    if (grant == Pool::Grant::wait) {
        waiter = std::make_shared<PoolWaiter>();
        pool_.enqueue(origin, waiter);
    }
    garbage = pool_.take_garbage();
    return static_cast<Grant>(grant);
}

bool TransportState::leave_queue(const Origin& origin, PoolWaiter& waiter, std::unique_ptr<Connection>& connection) {
    const std::scoped_lock lock(mutex_);
    if (!waiter.served) {
        const std::shared_ptr<PoolWaiter> key(std::shared_ptr<PoolWaiter>(), &waiter);
        pool_.withdraw(origin, key);
        return false;
    }
    connection = std::move(waiter.connection);
    return true;
}

void TransportState::release(const Origin& origin, std::unique_ptr<Connection> connection) noexcept {
    std::vector<std::unique_ptr<Connection>> garbage;
    std::shared_ptr<PoolWaiter> woken;
    {
        const std::scoped_lock lock(mutex_);
        if (auto waiter = pool_.release(origin, connection, Clock::now())) {
            woken = std::move(*waiter);
            woken->served = true;
            woken->connection = std::move(connection);
        } else if (closed_) {
            pool_.retire_all();
        }
        garbage = pool_.take_garbage();
    }
    if (woken) woken->event.set();
}

void TransportState::discard(const Origin& origin) noexcept {
    std::shared_ptr<PoolWaiter> woken;
    {
        const std::scoped_lock lock(mutex_);
        if (auto waiter = pool_.discard(origin)) {
            woken = std::move(*waiter);
            woken->served = true;
        }
    }
    if (woken) woken->event.set();
}

void TransportState::close() noexcept {
    std::vector<std::unique_ptr<Connection>> garbage;
    const std::scoped_lock lock(mutex_);
    closed_ = true;
    for (Exchange* exchange : active_) exchange->fire(Limit::closed);
    pool_.retire_all();
    garbage = pool_.take_garbage();
}

TransportStats TransportState::stats() const {
    TransportStats out;
    out.requests = counters.requests;
    out.connections_opened = counters.opened;
    out.connections_reused = counters.reused;
    out.tls_resumed = counters.tls_resumed;
    out.resent = counters.resent;
    out.timed_out = counters.timed_out;
    out.bytes_sent = counters.sent;
    out.bytes_received = counters.received;
    const std::scoped_lock lock(mutex_);
    out.active = active_.size();
    out.waiting = pool_.waiting();
    out.idle = pool_.idle();
    return out;
}

Lease::Lease(Lease&& other) noexcept
    : state_(std::move(other.state_)),
      exchange_(std::move(other.exchange_)),
      slot_(std::exchange(other.slot_, false)),
      connection_(std::move(other.connection_)) {}

Lease::~Lease() {
    if (exchange_) finish(false);
}

asio::awaitable<void> Lease::acquire(bool fresh) {
    std::shared_ptr<PoolWaiter> waiter;
    const auto grant = state_->acquire(exchange_->url.origin(), fresh, connection_, waiter);
    if (grant == TransportState::Grant::wait) co_await wait_for_slot(std::move(waiter));
    slot_ = true;
    if (connection_) exchange_->attach(connection_->stream.descriptor());
}

asio::awaitable<void> Lease::wait_for_slot(std::shared_ptr<PoolWaiter> waiter) {
    // Also when this coroutine is cancelled or destroyed, a slot granted meanwhile must not be lost.
    struct Place {
        Lease& lease;
        PoolWaiter& waiter;
        ~Place() { lease.slot_ = lease.state_->leave_queue(lease.exchange_->url.origin(), waiter, lease.connection_); }
    };
    {
        const Place place{*this, *waiter};
        exchange_->attach(waiter->event);
        co_await waiter->event.wait();
    }
    exchange_->detach();
    exchange_->throw_if_fired(true);
}

asio::awaitable<void> Lease::pace(Pacer& pacer, std::size_t bytes) {
    const auto now = Clock::now();
    const auto wait = pacer.book(bytes, now);
    if (wait <= Clock::duration::zero()) co_return;
    // Those who are cancelled leave their turn to the others.
    struct Booking {
        Pacer& pacer;
        std::size_t bytes;
        ~Booking() { pacer.give_back(bytes); }
    } booking{pacer, bytes};
    exchange_->wait_ends(now);
    Event event;
    asio::steady_timer timer(state_->executor(), wait);
    timer.async_wait([event](error_code) mutable { event.set(); });
    exchange_->attach(event);  // a deadline or a close ends this wait, too
    co_await event.wait();
    booking.bytes = 0;
}

void Lease::adopt(std::unique_ptr<Connection> connection) {
    connection_ = std::move(connection);
    exchange_->attach(connection_->stream.descriptor());
}

void Lease::drop_connection() noexcept {
    exchange_->detach();
    connection_.reset();
}

void Lease::give_up_slot() noexcept {
    drop_connection();
    if (std::exchange(slot_, false)) state_->discard(exchange_->url.origin());
}

void Lease::finish(bool reusable) noexcept {
    exchange_->detach();
    // A connection that was shut down by the watchdog at the last moment is of no use to others.
    const bool keep = reusable && connection_ && exchange_->fired() == Limit::none;
    if (keep) {
        slot_ = false;
        state_->release(exchange_->url.origin(), std::move(connection_));
    } else {
        give_up_slot();
    }
    state_->end(*exchange_);
    exchange_.reset();
}

}  // namespace hf::net
