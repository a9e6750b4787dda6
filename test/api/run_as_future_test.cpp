#include "fake_transport.hpp"

#include <hf/hf_api.hpp>
#include <hf/session/environment.hpp>
#include <hf/workflow/std_future.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <thread>

using namespace hf;
namespace asio = boost::asio;

namespace {

/// A client on scripted answers.
struct Client {
    std::shared_ptr<test::FakeTransport> transport = std::make_shared<test::FakeTransport>();
    Environment environment{[](const std::string&) { return std::optional<std::string>(); }, "/nowhere"};

    HfApi make(const asio::any_io_executor& executor) {
        SessionConfig config;
        config.endpoint = "https://hub.test";
        config.token = "hf_secret";
        config.environment = &environment;
        return HfApi(Session(executor, config, transport, std::make_shared<test::FakeClock>()));
    }
    void answer(unsigned status, std::string body) { transport->answers.emplace_back(status, std::move(body)); }
};

/// Writes down when it starts and ends.
asio::awaitable<int> job(std::vector<std::string>& log, int number) {
    log.push_back("start " + std::to_string(number));
    asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::milliseconds(1));
    co_await timer.async_wait(asio::use_awaitable);
    log.push_back("end " + std::to_string(number));
    if (number == 13) throw_validation("number", "13 is refused");
    co_return number;
}

bool is_aborted(const boost::system::system_error& error) { return error.code() == asio::error::operation_aborted; }

}  // namespace

BOOST_AUTO_TEST_SUITE(run_as_future)

BOOST_AUTO_TEST_CASE(calls_are_sent_in_order_and_give_their_results) {
    Client client;
    client.answer(200, R"({"name": "julien", "type": "user"})");
    client.answer(200, "");
    client.answer(200, "");
    asio::io_context context;
    HfApi api = client.make(context.get_executor());
    Future<json::object> me = api.run_as_future(api.whoami());
    Future<void> like = api.run_as_future(api.like(std::string("a/b")));
    Future<void> unlike = HfApi(api).run_as_future(api.unlike(std::string("a/b")));
    BOOST_TEST(!me.done());
    BOOST_TEST(client.transport->requests.empty());
    context.run();
    BOOST_TEST(me.done());
    BOOST_TEST(me.get().at("name").as_string() == "julien");
    like.get();
    unlike.std_future().get();
    BOOST_TEST(client.transport->target(0) == "https://hub.test/api/whoami-v2");
    BOOST_TEST((client.transport->requests.at(1).method == net::Method::post));
    BOOST_TEST((client.transport->requests.at(2).method == net::Method::delete_));
}

BOOST_AUTO_TEST_CASE(a_job_starts_when_the_one_before_it_has_ended) {
    asio::io_context context;
    RunAsFutureApi api(context.get_executor());
    std::vector<std::string> log;
    auto first = api.run_as_future(job(log, 1));
    auto wrong = api.run_as_future(job(log, 13));
    auto last = api.run_as_future(job(log, 2));
    context.run();
    const std::vector<std::string> expected{"start 1", "end 1", "start 13", "end 13", "start 2", "end 2"};
    BOOST_TEST(log == expected, boost::test_tools::per_element());
    BOOST_TEST(first.get() == 1);
    BOOST_CHECK_THROW(wrong.get(), HFValidationError);
    BOOST_TEST(last.get() == 2);
    // The queue starts anew.
    auto later = api.run_as_future(job(log, 3));
    context.restart();
    context.run();
    BOOST_TEST(later.get() == 3);
}

BOOST_AUTO_TEST_CASE(a_coroutine_waits_for_the_result_or_the_error) {
    asio::io_context context;
    RunAsFutureApi api(context.get_executor());
    std::vector<std::string> log;
    int sum = 0;
    bool thrown = false;
    const auto consumer = [&]() -> asio::awaitable<void> {
        auto one = api.run_as_future(job(log, 1));
        auto wrong = api.run_as_future(job(log, 13));
        sum += co_await one.result();
        sum += co_await one.result();
        try {
            co_await wrong.result();
        } catch (const HFValidationError&) {
            thrown = true;
        }
    };
    asio::co_spawn(context, consumer(), asio::detached);
    context.run();
    BOOST_TEST(sum == 2);
    BOOST_TEST(thrown);
}

BOOST_AUTO_TEST_CASE(what_has_not_started_can_be_cancelled) {
    asio::io_context context;
    RunAsFutureApi api(context.get_executor());
    std::vector<std::string> log;
    auto first = api.run_as_future(job(log, 1));
    auto second = api.run_as_future(job(log, 2));
    auto third = api.run_as_future(job(log, 3));
    context.run_one();
    BOOST_TEST(!first.cancel());
    BOOST_TEST(second.cancel());
    BOOST_TEST(second.done());
    BOOST_TEST(!second.cancel());
    context.run();
    BOOST_TEST(first.get() == 1);
    BOOST_CHECK_EXCEPTION(second.get(), boost::system::system_error, is_aborted);
    BOOST_TEST(third.get() == 3);
    BOOST_TEST(log.size() == 4u);
}

BOOST_AUTO_TEST_CASE(cancelling_a_wait_leaves_the_call_alone) {
    asio::io_context context;
    RunAsFutureApi api(context.get_executor());
    std::vector<std::string> log;
    auto future = api.run_as_future(job(log, 7));
    asio::cancellation_signal stop;
    bool aborted = false;
    const auto consumer = [&]() -> asio::awaitable<void> { co_await future.result(); };
    asio::co_spawn(context, consumer(), asio::bind_cancellation_slot(stop.slot(), [&](std::exception_ptr error) {
                       try {
                           if (error) std::rethrow_exception(error);
                       } catch (const boost::system::system_error& thrown) {
                           aborted = is_aborted(thrown) && !future.done();
                       }
                   }));
    asio::post(context, [&] { stop.emit(asio::cancellation_type::terminal); });
    context.run();
    BOOST_TEST(aborted);
    BOOST_TEST(future.get() == 7);
}

BOOST_AUTO_TEST_CASE(jobs_that_an_executor_leaves_behind_are_aborted) {
    std::vector<std::string> log;
    std::optional<Future<int>> running, waiting;
    {
        asio::io_context context;
        RunAsFutureApi api(context.get_executor());
        running = api.run_as_future(job(log, 1));
        waiting = api.run_as_future(job(log, 2));
        // Someone waits who will never be resumed.
        const auto consumer = [](Future<int> future) -> asio::awaitable<void> { co_await future.result(); };
        asio::co_spawn(context, consumer(*waiting), asio::detached);
        context.run_one();
    }
    BOOST_CHECK_EXCEPTION(running->get(), boost::system::system_error, is_aborted);
    BOOST_CHECK_EXCEPTION(waiting->get(), boost::system::system_error, is_aborted);
}

BOOST_AUTO_TEST_CASE(many_threads_give_jobs_and_wait_for_them) {
    constexpr int threads = 4, each = 50;
    asio::thread_pool pool(3);
    RunAsFutureApi api(pool.get_executor());
    std::atomic<int> active{0}, overlaps{0}, sum{0};
    const auto work = [&](int number) -> asio::awaitable<int> {
        if (++active > 1) ++overlaps;
        --active;
        co_return number;
    };
    const auto consumer = [&](Future<int> future) -> asio::awaitable<void> {
        const int number = co_await future.result();
        sum += number;
    };
    {
        std::vector<std::jthread> givers;
        for (int t = 0; t < threads; ++t)
            givers.emplace_back([&] {
                for (int i = 0; i < each; ++i)
                    asio::co_spawn(pool, consumer(api.run_as_future(work(1))), asio::detached);
            });
    }
    pool.join();
    BOOST_TEST(sum == threads * each);
    BOOST_TEST(overlaps == 0);
}

BOOST_AUTO_TEST_SUITE_END()
