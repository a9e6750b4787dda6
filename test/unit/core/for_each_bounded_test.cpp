#include <hf/core/for_each_bounded.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <future>
#include <stdexcept>
#include <vector>

namespace asio = boost::asio;

namespace {

/// Ends only by cancellation.
asio::awaitable<void> wait_for_ever() {
    asio::steady_timer never(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
    co_await never.async_wait(asio::use_awaitable);
}

asio::awaitable<void> hop() { co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable); }

struct Fixture {
    template <class Executor>
    void run_all(const Executor& executor, std::size_t n, std::size_t m) {
        const auto one = [this](std::size_t i) -> asio::awaitable<void> {
            most = std::max(most, ++running);
            co_await hop();
            ++times[i];  // without a lock, as the documentation allows
            co_await hop();
            --running;
        };
        times.assign(n, 0);
        asio::co_spawn(executor, hf::for_each_bounded(n, m, one), asio::use_future).get();
    }
    bool each_once() const {
        return std::ranges::all_of(times, [](int count) { return count == 1; });
    }

    std::vector<int> times;
    std::size_t running = 0;
    std::size_t most = 0;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(for_each_bounded_, Fixture)

BOOST_AUTO_TEST_CASE(each_index_runs_exactly_once_on_a_pool) {
    asio::thread_pool pool(4);
    for (int round = 0; round < 20; ++round) {
        run_all(pool.get_executor(), 2000, 16);
        BOOST_TEST(each_once());
        BOOST_TEST(most <= 16u);
    }
}

BOOST_AUTO_TEST_CASE(a_strand_is_kept) {
    asio::thread_pool pool(4);
    const asio::any_io_executor executor = pool.get_executor();
    const asio::any_io_executor strand = asio::make_strand(executor);
    bool same = true;
    const auto one = [&](std::size_t) -> asio::awaitable<void> {
        same = same && co_await asio::this_coro::executor == strand;
    };
    asio::co_spawn(strand, hf::for_each_bounded(10, 3, one), asio::use_future).get();
    BOOST_TEST(same);
    run_all(strand, 500, 8);
    BOOST_TEST(each_once());
}

BOOST_AUTO_TEST_CASE(the_first_error_on_a_pool_cancels_the_others) {
    asio::thread_pool pool(4);
    for (int round = 0; round < 50; ++round) {
        std::atomic<int> started = 0;
        const auto one = [&](std::size_t i) -> asio::awaitable<void> {
            ++started;
            co_await hop();
            if (i == 3) throw std::runtime_error("3");
            co_await wait_for_ever();
        };
        auto all = asio::co_spawn(pool, hf::for_each_bounded(50, 8, one), asio::use_future);
        BOOST_CHECK_THROW(all.get(), std::runtime_error);
        BOOST_TEST(started <= 8);
    }
}

BOOST_AUTO_TEST_CASE(cancellation_reaches_what_runs_on_a_pool) {
    asio::thread_pool pool(4);
    const auto strand = asio::make_strand(pool);
    for (int round = 0; round < 50; ++round) {
        asio::cancellation_signal stop;
        std::promise<void> begun, ended;
        std::atomic<int> started = 0;
        const auto one = [&](std::size_t) -> asio::awaitable<void> {
            if (++started == 8) begun.set_value();
            co_await wait_for_ever();
        };
        std::exception_ptr failure;
        const auto keep = [&](std::exception_ptr error) {
            failure = error;
            ended.set_value();
        };
        asio::co_spawn(pool, hf::for_each_bounded(50, 8, one),
                       asio::bind_executor(strand, asio::bind_cancellation_slot(stop.slot(), keep)));
        begun.get_future().wait();
        asio::post(strand, [&] { stop.emit(asio::cancellation_type::terminal); });
        ended.get_future().wait();
        BOOST_CHECK_THROW(std::rethrow_exception(failure), boost::system::system_error);
        BOOST_TEST(started == 8);
    }
}

BOOST_AUTO_TEST_CASE(nothing_to_do_ends_at_once) {
    asio::thread_pool pool(2);
    run_all(pool.get_executor(), 0, 4);
    run_all(pool.get_executor(), 4, 0);
    BOOST_TEST(most == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
