#pragma once

#include <hf/session/session.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>

namespace hf::test {

/// The system's time; waits between attempts are cut short.
class HastyClock final : public Clock {
public:
    std::chrono::steady_clock::time_point now() const override { return std::chrono::steady_clock::now(); }
    std::chrono::system_clock::time_point system_now() const override { return std::chrono::system_clock::now(); }
    double random() override { return 0.5; }
    boost::asio::awaitable<void> sleep(std::chrono::milliseconds duration) override {
        boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
        timer.expires_after(std::min(duration, std::chrono::milliseconds(5)));
        co_await timer.async_wait(boost::asio::use_awaitable);
    }
};

}  // namespace hf::test
