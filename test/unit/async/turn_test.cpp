#include "async/turn.hpp"

#include "async/on_strand.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/test/unit_test.hpp>

#include <vector>

namespace asio = boost::asio;

BOOST_AUTO_TEST_SUITE(turn)

BOOST_AUTO_TEST_CASE(many_on_one_strand_take_many_turns) {
    asio::io_context context(1);
    const asio::any_io_executor executor = context.get_executor();
    auto strand = asio::make_strand(executor);
    std::vector<std::size_t> turn_of;
    std::size_t turn = 0;
    const auto one = [&]() -> asio::awaitable<void> {
        co_await hf::pass_turn();
        turn_of.push_back(turn);
        BOOST_TEST(strand.running_in_this_thread());
    };
    for (int i = 0; i < 16; ++i) asio::co_spawn(strand, one(), asio::detached);
    while (context.run_one() > 0) ++turn;
    BOOST_REQUIRE(turn_of.size() == 16u);
    for (std::size_t i = 1; i < turn_of.size(); ++i) BOOST_TEST(turn_of[i] > turn_of[i - 1]);
}

BOOST_AUTO_TEST_CASE(a_strand_upon_a_strand_is_kept) {
    asio::io_context context(1);
    const asio::any_io_executor executor = context.get_executor();
    const auto outer = asio::make_strand(executor);
    bool ended = false;
    const auto inner = [&]() -> asio::awaitable<void> {
        co_await hf::pass_turn();
        ended = outer.running_in_this_thread();
    };
    asio::co_spawn(outer, hf::on_strand(inner()), asio::detached);
    context.run();
    BOOST_TEST(ended);
}

BOOST_AUTO_TEST_SUITE_END()
