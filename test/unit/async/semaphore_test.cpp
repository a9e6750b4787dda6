#include "async/semaphore.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace asio = boost::asio;
using hf::Semaphore;

BOOST_AUTO_TEST_SUITE(semaphore)

namespace {

asio::awaitable<void> take_and_log(std::shared_ptr<Semaphore> budget, std::size_t amount, int name,
                                   std::vector<int>* log, std::vector<Semaphore::Ticket>* held) {
    Semaphore::Ticket ticket = co_await budget->take(amount);
    log->push_back(name);
    held->push_back(std::move(ticket));
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_budget_is_given_out_first_come_first_served) {
    asio::io_context context;
    const auto budget = std::make_shared<Semaphore>(100);
    std::vector<int> log;
    std::vector<Semaphore::Ticket> held;
    const auto request = [&](std::size_t amount, int name) {
        asio::co_spawn(context, take_and_log(budget, amount, name, &log, &held), asio::detached);
        context.poll();
        context.restart();
    };
    request(60, 1);
    request(60, 2);  // has to wait
    request(10, 3);  // would fit, but must not overtake
    BOOST_TEST(log == std::vector<int>{1}, boost::test_tools::per_element());
    BOOST_TEST(budget->waiting() == 2u);
    BOOST_TEST(!budget->try_take(1));

    held.erase(held.begin());
    context.poll();
    context.restart();
    BOOST_TEST(log == (std::vector<int>{1, 2, 3}), boost::test_tools::per_element());
    BOOST_TEST(budget->taken() == 70u);
    held.clear();
    BOOST_TEST(budget->taken() == 0u);
}

BOOST_AUTO_TEST_CASE(more_than_the_limit_is_granted_alone) {
    asio::io_context context;
    const auto budget = std::make_shared<Semaphore>(10);
    std::vector<int> log;
    std::vector<Semaphore::Ticket> held;
    held.push_back(budget->try_take(1));
    asio::co_spawn(context, take_and_log(budget, 1000, 1, &log, &held), asio::detached);
    context.poll();
    BOOST_TEST(log.empty());
    held.clear();
    context.restart();
    context.poll();
    BOOST_TEST(log.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_cancelled_waiter_takes_nothing_and_lets_the_next_one_in) {
    asio::io_context context;
    const auto budget = std::make_shared<Semaphore>(100);
    std::vector<int> log;
    std::vector<Semaphore::Ticket> held;
    held.push_back(budget->try_take(50));
    asio::cancellation_signal stop;
    std::exception_ptr error;
    asio::co_spawn(context, take_and_log(budget, 100, 1, &log, &held),
                   asio::bind_cancellation_slot(stop.slot(), [&](std::exception_ptr e) { error = e; }));
    asio::co_spawn(context, take_and_log(budget, 50, 2, &log, &held), asio::detached);
    context.poll();
    BOOST_TEST(log.empty());
    stop.emit(asio::cancellation_type::terminal);
    context.restart();
    context.poll();
    BOOST_TEST(static_cast<bool>(error));
    BOOST_TEST(log == std::vector<int>{2}, boost::test_tools::per_element());
    BOOST_TEST(budget->taken() == 100u);
}

BOOST_AUTO_TEST_CASE(a_higher_limit_lets_waiters_in) {
    asio::io_context context;
    const auto budget = std::make_shared<Semaphore>(1);
    std::vector<int> log;
    std::vector<Semaphore::Ticket> held;
    for (int i = 0; i < 4; ++i) asio::co_spawn(context, take_and_log(budget, 1, i, &log, &held), asio::detached);
    context.poll();
    BOOST_TEST(log.size() == 1u);
    budget->set_limit(3);
    context.restart();
    context.poll();
    BOOST_TEST(log.size() == 3u);
}

BOOST_AUTO_TEST_CASE(a_dismissed_group_gets_empty_tickets) {
    asio::io_context context;
    const auto budget = std::make_shared<Semaphore>(1);
    Semaphore::Ticket held = budget->try_take(1);
    int group = 0, empty = 0;
    const auto job = [&]() -> asio::awaitable<void> {
        const Semaphore::Ticket ticket = co_await budget->take(1, &group);
        if (!ticket) ++empty;
    };
    for (int i = 0; i < 3; ++i) asio::co_spawn(context, job(), asio::detached);
    context.poll();
    budget->dismiss(&group);
    context.restart();
    context.poll();
    BOOST_TEST(empty == 3);
    BOOST_TEST(budget->waiting() == 0u);
}

BOOST_AUTO_TEST_CASE(a_context_that_goes_takes_its_waiters_along) {
    const auto budget = std::make_shared<Semaphore>(1);
    Semaphore::Ticket held = budget->try_take(1);
    {
        asio::io_context context;
        const auto job = [&]() -> asio::awaitable<void> { co_await budget->take(1); };
        asio::co_spawn(context, job(), asio::detached);
        context.poll();
        BOOST_TEST(budget->waiting() == 1u);
    }
    BOOST_TEST(budget->waiting() == 0u);
}

BOOST_AUTO_TEST_CASE(the_budget_holds_on_several_threads) {
    asio::thread_pool pool(3);
    const auto budget = std::make_shared<Semaphore>(5);
    std::atomic<int> inside{0}, most{0}, done{0};
    const auto job = [&]() -> asio::awaitable<void> {
        for (int i = 0; i < 200; ++i) {
            Semaphore::Ticket ticket = co_await budget->take(2);
            const int now = ++inside;
            int seen = most.load();
            while (now > seen && !most.compare_exchange_weak(seen, now)) {
            }
            co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
            --inside;
        }
        ++done;
    };
    for (int i = 0; i < 8; ++i) asio::co_spawn(asio::make_strand(pool), job(), asio::detached);
    pool.join();
    BOOST_TEST(done == 8);
    BOOST_TEST(most <= 2);
    BOOST_TEST(budget->taken() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
