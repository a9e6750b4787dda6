#pragma once

#include "async/event.hpp"
#include "net/pool/deadlines.hpp"

#include <hf/core/error.hpp>
#include <hf/net/transport.hpp>

#include <boost/system/error_code.hpp>

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>

namespace hf::net {

/// One request and its answer, shared by the coroutine that carries it out and the transport's watchdog.
/// The watchdog ends an overdue exchange from outside: it shuts the socket down or sets the event that the
/// coroutine waits for, and the coroutine finds the reason here. Thread-safe where not said otherwise.
class Exchange {
public:
    using Time = Deadlines::Time;

    Exchange(Method method, Url url, const Timeouts& timeouts, Time start)
        : method(method), url(std::move(url)), start(start), deadlines_(timeouts, start) {}

    const Method method;
    const Url url;
    const Time start;

    /// What `fire` acts on. A descriptor must be detached before it is closed.
    void attach(int descriptor);
    void attach(Event event);
    void detach();

    void wait_begins(Limit phase, Time now);
    void wait_ends(Time now);
    void body_moved(std::size_t bytes) { body_bytes_.fetch_add(bytes, std::memory_order_relaxed); }

    void fire(Limit reason);
    bool check(Time now);  ///< fires if overdue; whether it did
    Limit fired() const;

    /// Throws what ended the exchange if it was fired: TimeoutError, or operation_aborted after a close.
    void throw_if_fired(bool unsent) const;
    /// Throws that, or else `E` with `cause`: "GET https://host/path: <what>: <text of cause>".
    template <class E = ConnectionError>
    [[noreturn]] void fail(std::string_view what, boost::system::error_code cause, bool unsent,
                           unsigned status = 0) const {
        throw_if_fired(unsent);
        throw E(describe(what, cause, unsent, status));
    }

    std::size_t place = 0;  ///< in the transport's list, guarded by the transport's mutex

private:
    ErrorInfo describe(std::string_view what, boost::system::error_code cause, bool unsent, unsigned status) const;
    void fire_locked(Limit reason);

    mutable std::mutex mutex_;
    Deadlines deadlines_;
    Limit fired_ = Limit::none;
    int descriptor_ = -1;
    std::optional<Event> event_;
    std::atomic<std::uint64_t> body_bytes_{0};
};

}  // namespace hf::net
