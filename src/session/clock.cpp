#include "session/session_state.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <mutex>
#include <random>

namespace hf {
namespace {

class SystemClock final : public Clock {
public:
    std::chrono::steady_clock::time_point now() const override { return std::chrono::steady_clock::now(); }
    std::chrono::system_clock::time_point system_now() const override { return std::chrono::system_clock::now(); }

    double random() override {
        const std::lock_guard lock(mutex_);
        return std::uniform_real_distribution<double>(0, 1)(generator_);
    }

    asio::awaitable<void> sleep(std::chrono::milliseconds duration) override {
        const asio::any_io_executor executor = co_await asio::this_coro::executor;
        asio::steady_timer timer(executor, duration);
        co_await timer.async_wait(asio::use_awaitable);
    }

private:
    std::mutex mutex_;
    std::mt19937_64 generator_{std::random_device()()};
};

}  // namespace

std::shared_ptr<Clock> make_system_clock() { return std::make_shared<SystemClock>(); }

}  // namespace hf
