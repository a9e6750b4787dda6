#include "net/pool/exchange.hpp"

#include <boost/asio/error.hpp>

#include <sys/socket.h>

namespace hf::net {

void Exchange::attach(int descriptor) {
    const std::scoped_lock lock(mutex_);
    descriptor_ = descriptor;
    if (fired_ != Limit::none) ::shutdown(descriptor_, SHUT_RDWR);
}

void Exchange::attach(Event event) {
    const std::scoped_lock lock(mutex_);
    event_ = std::move(event);
    if (fired_ != Limit::none) event_->set();
}

void Exchange::detach() {
    const std::scoped_lock lock(mutex_);
    descriptor_ = -1;
    event_.reset();
}

void Exchange::wait_begins(Limit phase, Time now) {
    const std::scoped_lock lock(mutex_);
    deadlines_.wait_begins(phase, now);
}

void Exchange::wait_ends(Time now) {
    const std::scoped_lock lock(mutex_);
    deadlines_.wait_ends(now);
}

void Exchange::fire_locked(Limit reason) {
    if (fired_ != Limit::none) return;
    fired_ = reason;
    if (descriptor_ >= 0) ::shutdown(descriptor_, SHUT_RDWR);
    if (event_) event_->set();
}

void Exchange::fire(Limit reason) {
    const std::scoped_lock lock(mutex_);
    fire_locked(reason);
}

bool Exchange::check(Time now) {
    const std::scoped_lock lock(mutex_);
    const Limit reason = deadlines_.overdue(now, body_bytes_.load(std::memory_order_relaxed));
    if (reason == Limit::none || fired_ != Limit::none) return false;
    fire_locked(reason);
    return true;
}

Limit Exchange::fired() const {
    const std::scoped_lock lock(mutex_);
    return fired_;
}

ErrorInfo Exchange::describe(std::string_view what, boost::system::error_code cause, bool unsent,
                             unsigned status) const {
    ErrorInfo info;
    info.method = to_string(method);
    info.url = url.redacted();
    info.message = info.method + " " + info.url + ": " + std::string(what);
    if (cause) info.message += ": " + cause.message();
    info.cause = cause;
    info.unsent = unsent;
    info.status = status;
    return info;
}

void Exchange::throw_if_fired(bool unsent) const {
    const Limit reason = fired();
    if (reason == Limit::none) return;
    if (reason == Limit::closed) throw boost::system::system_error(boost::asio::error::operation_aborted);
    ErrorInfo info =
        describe("timed out, limit " + std::string(to_string(reason)), boost::asio::error::timed_out, unsent, 0);
    info.argument = to_string(reason);
    throw TimeoutError(std::move(info));
}

}  // namespace hf::net
