// hf::async with each kind of completion token.
#include <hf/core/async.hpp>
#include <hf/core/error.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/experimental/coro.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <future>
#include <optional>
#include <string>
#include <thread>

namespace asio = boost::asio;

namespace {

asio::awaitable<std::string> greet(std::string name) {
    co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    if (name.empty()) hf::throw_validation("name", "nobody");
    co_return "hello " + name;
}

asio::awaitable<void> nothing(int& runs) {
    ++runs;
    co_return;
}

asio::experimental::coro<void, std::string> greet_in_a_coro(asio::io_context& context) {
    co_return co_await hf::async(context.get_executor(), greet("you"), asio::deferred);
}

asio::awaitable<int> wait_for_ever() {
    asio::steady_timer never(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
    co_await never.async_wait(asio::use_awaitable);
    co_return 1;
}

bool is_aborted(std::exception_ptr failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const boost::system::system_error& error) {
        return error.code() == asio::error::operation_aborted;
    }
}

struct Fixture {
    asio::io_context context;
    asio::any_io_executor executor = context.get_executor();

    std::exception_ptr failure;
    std::string text;
    int runs = 0;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(async_, Fixture)

BOOST_AUTO_TEST_CASE(a_callback_gets_the_result_or_the_error) {
    const auto keep = [&](std::exception_ptr error, std::string result) {
        failure = error;
        text = result;
    };
    hf::async(executor, greet("you"), keep);
    BOOST_TEST(text.empty());
    context.run();
    BOOST_TEST(text == "hello you");
    BOOST_TEST(!failure);

    hf::async(executor, greet(""), keep);
    context.restart();
    context.run();
    BOOST_TEST(text.empty());
    BOOST_CHECK_THROW(std::rethrow_exception(failure), hf::HFValidationError);
}

BOOST_AUTO_TEST_CASE(calls_without_a_result) {
    hf::async(executor, nothing(runs), asio::detached);
    auto done = hf::async(executor, nothing(runs), asio::use_future);
    context.run();
    done.get();
    BOOST_TEST(runs == 2);
}

BOOST_AUTO_TEST_CASE(a_future_without_a_loop_of_ones_own) {
    std::future<std::string> named = hf::async(executor, greet("you"), asio::use_future);
    std::future<std::string> refused = hf::async(executor, greet(""), asio::use_future);
    context.run();
    BOOST_TEST(named.get() == "hello you");
    BOOST_CHECK_THROW(refused.get(), hf::HFValidationError);
    BOOST_TEST(hf::async(greet("pool"), asio::use_future).get() == "hello pool");
}

BOOST_AUTO_TEST_CASE(deferred_starts_when_it_is_told_to) {
    auto operation = hf::async(executor, nothing(runs), asio::deferred);
    context.run();
    BOOST_TEST(runs == 0);
    std::move(operation)(asio::detached);
    context.restart();
    context.run();
    BOOST_TEST(runs == 1);
}

BOOST_AUTO_TEST_CASE(as_tuple_gives_errors_as_values) {
    const auto consumer = [&]() -> asio::awaitable<void> {
        auto [error, result] = co_await hf::async(greet(""), asio::as_tuple(asio::use_awaitable));
        failure = error;
        auto [no_error, greeting] = co_await hf::async(greet("you"), asio::as_tuple(asio::use_awaitable));
        BOOST_TEST(!no_error);
        text = greeting;
    };
    asio::co_spawn(context, consumer(), asio::detached);
    context.run();
    BOOST_CHECK_THROW(std::rethrow_exception(failure), hf::HFValidationError);
    BOOST_TEST(text == "hello you");
}

BOOST_AUTO_TEST_CASE(coroutines_of_another_executor_type) {
    using Executor = asio::io_context::executor_type;
    constexpr asio::use_awaitable_t<Executor> use;
    const auto consumer = [&]() -> asio::awaitable<void, Executor> { text = co_await hf::async(greet("you"), use); };
    asio::co_spawn(context, consumer(), asio::detached);
    context.run();
    BOOST_TEST(text == "hello you");
}

BOOST_AUTO_TEST_CASE(coroutines_of_another_kind) {
    auto coroutine = greet_in_a_coro(context);
    const auto keep = [&](std::exception_ptr error, std::string result) {
        failure = error;
        text = result;
    };
    coroutine.async_resume(keep);
    context.run();
    BOOST_TEST(!failure);
    BOOST_TEST(text == "hello you");
}

BOOST_AUTO_TEST_CASE(the_slot_of_the_token_cancels_the_call) {
    asio::cancellation_signal stop;
    const auto keep = [&](std::exception_ptr error, int) { failure = error; };
    hf::async(executor, wait_for_ever(), asio::bind_cancellation_slot(stop.slot(), keep));
    context.poll();
    BOOST_TEST(!failure);
    stop.emit(asio::cancellation_type::terminal);
    context.run();
    BOOST_REQUIRE(failure);
    BOOST_TEST(is_aborted(failure));
    stop.emit(asio::cancellation_type::terminal);  // late: nobody is there
    context.restart();
    context.run();
}

BOOST_AUTO_TEST_CASE(cancelling_a_coroutine_cancels_the_call_that_it_awaits) {
    using namespace asio::experimental::awaitable_operators;
    using Executor = asio::io_context::executor_type;
    constexpr asio::use_awaitable_t<Executor> use;
    const auto short_wait = [&]() -> asio::awaitable<void, Executor> {
        co_await asio::post(context.get_executor(), use);
    };
    const auto consumer = [&]() -> asio::awaitable<void, Executor> {
        auto both = hf::async(wait_for_ever(), use) || short_wait();
        const auto first = co_await std::move(both);
        text = std::to_string(first.index());
    };
    asio::co_spawn(context, consumer(), asio::detached);
    context.run();
    BOOST_TEST(text == "1");
}

BOOST_AUTO_TEST_CASE(the_handler_runs_where_it_belongs) {
    asio::thread_pool pool(2);
    const auto strand = asio::make_strand(pool);
    std::promise<bool> on_strand;
    const auto note = [&](std::exception_ptr, std::string) { on_strand.set_value(strand.running_in_this_thread()); };
    hf::async(executor, greet("you"), asio::bind_executor(strand, note));
    context.run();
    BOOST_TEST(on_strand.get_future().get());

    // Without an executor of its own: where the call runs.
    std::optional<std::thread::id> thread;
    hf::async(executor, greet("you"), [&](std::exception_ptr, std::string) { thread = std::this_thread::get_id(); });
    context.restart();
    context.run();
    BOOST_TEST((thread == std::this_thread::get_id()));
}

BOOST_AUTO_TEST_CASE(the_call_runs_on_the_executor_of_the_handler_if_none_is_named) {
    std::optional<std::thread::id> thread;
    const auto where = [&]() -> asio::awaitable<void> {
        thread = std::this_thread::get_id();
        co_return;
    };
    hf::async(where(), asio::bind_executor(context, [](std::exception_ptr) {}));
    BOOST_TEST(!thread);
    context.run();
    BOOST_TEST((thread == std::this_thread::get_id()));
}

BOOST_AUTO_TEST_CASE(a_context_that_ends_drops_the_call) {
    bool called = false;
    {
        asio::io_context short_lived;
        hf::async(short_lived.get_executor(), wait_for_ever(), [&](std::exception_ptr, int) { called = true; });
        short_lived.poll();
    }
    BOOST_TEST(!called);
}

BOOST_AUTO_TEST_SUITE_END()
