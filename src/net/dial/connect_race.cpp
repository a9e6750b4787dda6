#include "net/dial/connect_race.hpp"

#include <boost/asio/error.hpp>

namespace hf::net {

namespace asio = boost::asio;
using boost::system::error_code;

ConnectRace::ConnectRace(asio::any_io_executor executor, Addresses addresses, std::uint16_t port,
                         std::chrono::milliseconds delay)
    : executor_(std::move(executor)),
      addresses_(std::move(addresses)),
      port_(port),
      delay_(delay),
      timer_(executor_),
      last_error_(asio::error::host_not_found) {}

void ConnectRace::start(Event finished) {
    const std::scoped_lock lock(mutex_);
    finished_event_ = std::move(finished);
    launch();
}

void ConnectRace::launch() {
    while (attempts_.size() < addresses_.size()) {
        const std::size_t index = attempts_.size();
        const tcp::endpoint target(addresses_[index], port_);
        auto& socket = *attempts_.emplace_back(std::make_unique<tcp::socket>(executor_));
        error_code error;
        socket.open(target.protocol(), error);
        if (error) {
            last_error_ = error;
            continue;
        }
        // Requests are written whole; waiting for more to send would only delay them.
        socket.set_option(tcp::no_delay(true), error);
        socket.set_option(asio::socket_base::keep_alive(true), error);
        ++running_;
        socket.async_connect(target, [self = shared_from_this(), index](error_code result) {
            const std::scoped_lock lock(self->mutex_);
            self->on_connected(index, result);
        });
        if (attempts_.size() == addresses_.size()) return;
        timer_.expires_after(delay_);
        timer_.async_wait([self = shared_from_this()](error_code cancelled) {
            const std::scoped_lock lock(self->mutex_);
            if (!cancelled && !self->finished_) self->launch();
        });
        return;
    }
    if (running_ == 0) finish();
}

void ConnectRace::on_connected(std::size_t index, error_code error) {
    if (finished_) return;
    --running_;
    if (!error) {
        winner_ = std::move(*attempts_[index]);
        return finish();
    }
    last_error_ = error;
    attempts_[index]->close(error);
    // Setting the timer anew cancels the wait for the attempt that starts now.
    timer_.cancel();
    launch();
}

void ConnectRace::finish() {
    finished_ = true;
    timer_.cancel();
    error_code ignored;
    for (const auto& socket : attempts_) socket->close(ignored);
    if (finished_event_) finished_event_->set();
}

void ConnectRace::abort() {
    const std::scoped_lock lock(mutex_);
    if (!finished_) finish();
}

std::optional<ConnectRace::tcp::socket> ConnectRace::take_winner() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(winner_, std::nullopt);
}

error_code ConnectRace::last_error() const {
    const std::scoped_lock lock(mutex_);
    return last_error_;
}

}  // namespace hf::net
