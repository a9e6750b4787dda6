#pragma once

#include "async/event.hpp"
#include "net/dial/dns_cache.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace hf::net {

/// Happy Eyeballs (RFC 8305 section 5): tries the addresses one after the other, the next one as soon as one
/// fails or after `delay`; the first connection wins and the others are closed. Thread-safe.
class ConnectRace : public std::enable_shared_from_this<ConnectRace> {
public:
    using tcp = boost::asio::ip::tcp;

    ConnectRace(boost::asio::any_io_executor executor, Addresses addresses, std::uint16_t port,
                std::chrono::milliseconds delay);

    /// `finished` is opened when there is a winner or nobody is left.
    void start(Event finished);
    void abort();  ///< closes what has not won

    std::optional<tcp::socket> take_winner();
    boost::system::error_code last_error() const;

private:
    void launch();
    void on_connected(std::size_t index, boost::system::error_code error);
    void finish();

    boost::asio::any_io_executor executor_;
    Addresses addresses_;
    std::uint16_t port_;
    std::chrono::milliseconds delay_;

    mutable std::mutex mutex_;
    boost::asio::steady_timer timer_;
    std::optional<Event> finished_event_;
    std::vector<std::unique_ptr<tcp::socket>> attempts_;
    std::size_t running_ = 0;
    bool finished_ = false;
    std::optional<tcp::socket> winner_;
    boost::system::error_code last_error_;
};

}  // namespace hf::net
