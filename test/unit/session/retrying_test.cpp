#include "session_fixture.hpp"

#include "session/retrying.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

using namespace hf;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

/// Time that passes only while something sleeps.
class SleepingClock final : public Clock {
public:
    std::chrono::steady_clock::time_point now() const override { return time; }
    std::chrono::system_clock::time_point system_now() const override { return {}; }
    double random() override { return 0.5; }
    asio::awaitable<void> sleep(std::chrono::milliseconds duration) override {
        time += duration;
        sleeps.push_back(duration);
        co_return;
    }
    std::chrono::steady_clock::time_point time{1000s};
    std::vector<std::chrono::milliseconds> sleeps;
};

struct Fixture : test::SessionFixture {
    /// Fails `failures` times, then gives the number of attempts.
    int attempt(int failures) {
        const auto operation = [&]() -> asio::awaitable<int> {
            if (++attempts <= failures) {
                ErrorInfo info;
                info.message = "broken " + std::to_string(attempts);
                throw ConnectionError(std::move(info));
            }
            co_return attempts;
        };
        const auto judge = [&](const Error& error) { return Failed{net::Outcome::of_error(error), progresses}; };
        const auto all = [&]() -> asio::awaitable<int> {
            co_return co_await retrying(clock, policy, operation, judge);
        };
        return run(all());
    }
    SleepingClock clock;
    net::RetryPolicy policy = to_policy({3, 1s, 20s, 0ms});
    bool progresses = false;
    int attempts = 0;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(retrying_, Fixture)

BOOST_AUTO_TEST_CASE(an_operation_is_repeated_until_it_succeeds) {
    BOOST_TEST(attempt(2) == 3);
    BOOST_TEST((clock.sleeps == std::vector<std::chrono::milliseconds>{500ms, 1000ms}));
}

BOOST_AUTO_TEST_CASE(the_last_failure_is_thrown_when_the_policy_has_enough) {
    BOOST_CHECK_EXCEPTION(attempt(9), ConnectionError,
                          [](const Error& error) { return error.message() == "broken 3"; });
    BOOST_TEST(attempts == 3);
}

BOOST_AUTO_TEST_CASE(progress_counts_anew) {
    progresses = true;
    BOOST_TEST(attempt(20) == 21);
    BOOST_TEST((clock.sleeps == std::vector<std::chrono::milliseconds>(20, 500ms)));
}

BOOST_AUTO_TEST_CASE(what_is_no_failure_of_the_hub_passes_at_once) {
    const auto operation = [&]() -> asio::awaitable<void> {
        ++attempts;
        throw boost::system::system_error(asio::error::operation_aborted);
        co_return;
    };
    const auto judge = [](const Error&) { return Failed(); };
    const auto all = [&]() -> asio::awaitable<void> { co_await retrying(clock, policy, operation, judge); };
    BOOST_CHECK_THROW(run(all()), boost::system::system_error);
    BOOST_TEST(attempts == 1);
}

BOOST_AUTO_TEST_CASE(a_judge_may_throw_another_error) {
    const auto operation = [&]() -> asio::awaitable<void> {
        ++attempts;
        throw ConnectionError(ErrorInfo());
        co_return;
    };
    const auto judge = [](const Error&) -> Failed { throw IntegrityError(ErrorInfo()); };
    const auto all = [&]() -> asio::awaitable<void> { co_await retrying(clock, policy, operation, judge); };
    BOOST_CHECK_THROW(run(all()), IntegrityError);
    BOOST_TEST(attempts == 1);
}

BOOST_AUTO_TEST_SUITE_END()
