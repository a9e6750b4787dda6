#include "async/slice.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <exception>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

/// A clock that goes on only where a test says so, or by a fixed step with each look at it.
struct Time {
    static hf::Slice::Clock::time_point now() {
        value += step;
        return value;
    }
    static inline hf::Slice::Clock::time_point value;
    static inline std::chrono::microseconds step{0};
};

struct Fixture {
    explicit Fixture(std::chrono::microseconds step = 0us) { Time::step = step; }

    /// Runs `work`; how many turns it took.
    std::size_t run(asio::awaitable<void> work) {
        asio::co_spawn(context, std::move(work),
                       asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr error) {
                           failure = error;
                           ended = true;
                       }));
        return context.run();
    }

    asio::io_context context{1};
    asio::cancellation_signal signal;
    std::exception_ptr failure;
    bool ended = false;
};

/// A look at the clock takes a tenth of a slice.
struct SlowFixture : Fixture {
    SlowFixture() : Fixture(hf::Slice::length / 10) {}
};

asio::awaitable<void> sort(std::vector<std::pair<int, int>>& items) {
    hf::Slice slice(&Time::now);
    const auto less = [](const auto& a, const auto& b) { return a.first < b.first; };
    co_await hf::sort_in_slices(items, less, slice);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(slice, Fixture)

BOOST_AUTO_TEST_CASE(is_over_when_its_time_is_used) {
    hf::Slice slice(&Time::now);
    BOOST_TEST(!slice.is_over());
    Time::value += hf::Slice::length - 1us;
    BOOST_TEST(!slice.is_over());
    Time::value += 1us;
    BOOST_TEST(slice.is_over());
}

BOOST_AUTO_TEST_CASE(light_steps_look_at_the_clock_at_every_sixteenth) {
    hf::Slice slice(&Time::now);
    Time::value += hf::Slice::length;
    int steps = 1;
    while (!slice.is_over_lightly()) ++steps;
    BOOST_TEST(steps == 16);
}

BOOST_AUTO_TEST_CASE(a_pause_lets_others_run_and_begins_anew) {
    bool other = false, after = false;
    const auto work = [&]() -> asio::awaitable<void> {
        hf::Slice slice(&Time::now);
        Time::value += hf::Slice::length;
        asio::post(context, [&] { other = true; });
        co_await slice.pause();
        after = other && !slice.is_over();
    };
    run(work());
    BOOST_TEST(after);
}

BOOST_AUTO_TEST_CASE(a_pause_ends_what_is_cancelled_in_it) {
    bool went_on = false;
    const auto work = [&]() -> asio::awaitable<void> {
        hf::Slice slice(&Time::now);
        asio::post(context, [&] { signal.emit(asio::cancellation_type::terminal); });
        co_await slice.pause();
        co_await slice.pause();
        went_on = true;
    };
    run(work());
    BOOST_TEST(ended);
    BOOST_TEST(!went_on);
    BOOST_CHECK_THROW(std::rethrow_exception(failure), boost::system::system_error);
}

BOOST_AUTO_TEST_CASE(sorting_is_stable_at_every_size) {
    std::mt19937 chance(7);
    for (const std::size_t size : {0u, 1u, 2u, 255u, 256u, 257u, 511u, 513u, 1024u, 5000u}) {
        std::vector<std::pair<int, int>> items;
        for (std::size_t i = 0; i < size; ++i) items.emplace_back(static_cast<int>(chance() % 97), static_cast<int>(i));
        auto wanted = items;
        std::ranges::stable_sort(wanted, {}, &std::pair<int, int>::first);
        run(sort(items));
        context.restart();
        BOOST_TEST((items == wanted), size);
    }
}

BOOST_FIXTURE_TEST_CASE(sorting_pauses, SlowFixture) {
    std::vector<std::pair<int, int>> items;
    for (int i = 0; i < 5000; ++i) items.emplace_back(5000 - i, i);
    BOOST_TEST(run(sort(items)) > 100u);
    BOOST_TEST(items.front().first == 1);
}

BOOST_FIXTURE_TEST_CASE(what_is_sorted_is_only_looked_at, SlowFixture) {
    std::vector<std::pair<int, int>> items;
    for (int i = 0; i < 5000; ++i) items.emplace_back(i, i);
    const auto turns = run(sort(items));
    BOOST_TEST(turns > 5000 / 16 / 10);
    BOOST_TEST(turns < 2 * (5000 / 16 / 10) + 10);  // a pause takes two
}

BOOST_FIXTURE_TEST_CASE(containers_of_any_kind_are_cleared_with_pauses, SlowFixture) {
    std::vector<std::string> list(1000, "text");
    std::map<int, std::string> map;
    for (int i = 0; i < 1000; ++i) map.emplace(i, "text");
    const auto work = [&]() -> asio::awaitable<void> {
        hf::Slice slice(&Time::now);
        co_await hf::clear_in_slices(list, slice);
        co_await hf::clear_in_slices(map, slice);
    };
    BOOST_TEST(run(work()) > 10u);
    BOOST_TEST(list.empty());
    BOOST_TEST(map.empty());
}

BOOST_FIXTURE_TEST_CASE(what_is_unwanted_is_erased_in_place, SlowFixture) {
    std::vector<std::string> items;
    for (int i = 0; i < 1000; ++i) items.push_back(std::to_string(i));
    auto wanted = items;
    const auto is_odd = [](const std::string& text) { return text.back() % 2 == 1; };
    std::erase_if(wanted, is_odd);
    const auto work = [&]() -> asio::awaitable<void> {
        hf::Slice slice(&Time::now);
        co_await hf::erase_in_slices(items, is_odd, slice);
    };
    BOOST_TEST(run(work()) > 5u);
    BOOST_TEST(items == wanted, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
