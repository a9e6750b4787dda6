#pragma once

#include <boost/asio/awaitable.hpp>

#include <memory>

namespace hf {

/// An event that one coroutine waits for and any thread announces. An announcement without a waiter is
/// kept for the next wait. Copies are the same event; it may be set after the waiter has gone.
class Event {
public:
    Event();

    void set();
    /// Throws system_error(operation_aborted) on cancellation. One waiter at a time.
    boost::asio::awaitable<void> wait();

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace hf
