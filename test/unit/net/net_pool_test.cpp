#include "net/pool/pool_state.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace std::chrono_literals;
using Pool = hf::net::PoolState<std::string, int, char>;
using Grant = Pool::Grant;

namespace {

const Pool::Time start{100s};

hf::net::PoolLimits limits(std::size_t per_key, std::size_t max_idle = 100) {
    hf::net::PoolLimits out;
    out.per_key = per_key;
    out.max_idle = max_idle;
    out.idle_timeout = 10s;
    return out;
}

void open_and_release(Pool& pool, const std::string& key, int connection, Pool::Time now) {
    BOOST_REQUIRE((pool.acquire(key, now).first == Grant::open));
    BOOST_REQUIRE(!pool.release(key, connection, now));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(net_pool)

BOOST_AUTO_TEST_CASE(the_warmest_connection_is_reused) {
    Pool pool(limits(4));
    BOOST_TEST((pool.acquire("a", start).first == Grant::open));
    BOOST_TEST((pool.acquire("a", start).first == Grant::open));
    int one = 1, two = 2;
    pool.release("a", one, start);
    pool.release("a", two, start + 1s);
    BOOST_TEST(pool.idle() == 2u);
    const auto [grant, connection] = pool.acquire("a", start + 2s);
    BOOST_TEST((grant == Grant::reuse));
    BOOST_TEST(*connection == 2);
    BOOST_TEST((pool.acquire("b", start + 2s).first == Grant::open));
}

BOOST_AUTO_TEST_CASE(waiters_are_served_in_order) {
    Pool pool(limits(1));
    BOOST_TEST((pool.acquire("a", start).first == Grant::open));
    for (const char waiter : {'x', 'y', 'z'}) {
        BOOST_TEST((pool.acquire("a", start).first == Grant::wait));
        pool.enqueue("a", waiter);
    }
    BOOST_TEST(pool.waiting() == 3u);
    int connection = 7;
    BOOST_TEST(*pool.release("a", connection, start) == 'x');
    BOOST_TEST(connection == 7);  // handed on by the caller
    BOOST_TEST(*pool.discard("a") == 'y');
    // Newcomers queue behind.
    BOOST_TEST((pool.acquire("a", start).first == Grant::wait));
    BOOST_TEST(*pool.discard("a") == 'z');
    BOOST_TEST(!pool.discard("a"));
    BOOST_TEST(pool.keys() == 0u);
}

BOOST_AUTO_TEST_CASE(waiters_may_leave) {
    Pool pool(limits(1));
    pool.acquire("a", start);
    pool.enqueue("a", 'x');
    pool.enqueue("a", 'y');
    BOOST_TEST(pool.withdraw("a", 'x'));
    BOOST_TEST(!pool.withdraw("a", 'x'));
    BOOST_TEST(!pool.withdraw("b", 'x'));
    BOOST_TEST(*pool.discard("a") == 'y');
    BOOST_TEST(!pool.withdraw("a", 'y'));
}

BOOST_AUTO_TEST_CASE(a_given_up_slot_can_be_opened_again) {
    Pool pool(limits(2));
    pool.acquire("a", start);
    pool.acquire("a", start);
    BOOST_TEST((pool.acquire("a", start).first == Grant::wait));
    pool.discard("a");
    BOOST_TEST((pool.acquire("a", start).first == Grant::open));
}

BOOST_AUTO_TEST_CASE(idle_connections_expire) {
    Pool pool(limits(4));
    open_and_release(pool, "a", 1, start);
    open_and_release(pool, "b", 2, start + 5s);
    BOOST_TEST((pool.acquire("a", start + 10s).first == Grant::open));
    BOOST_TEST(pool.take_garbage() == std::vector<int>{1}, boost::test_tools::per_element());
    BOOST_TEST(pool.idle() == 1u);
    BOOST_TEST((pool.acquire("b", start + 14s).first == Grant::reuse));
    BOOST_TEST(pool.take_garbage().empty());
}

BOOST_AUTO_TEST_CASE(the_coldest_goes_when_there_are_too_many) {
    Pool pool(limits(4, 2));
    open_and_release(pool, "a", 1, start);
    open_and_release(pool, "b", 2, start + 1s);
    open_and_release(pool, "c", 3, start + 2s);
    BOOST_TEST(pool.take_garbage() == std::vector<int>{1}, boost::test_tools::per_element());
    BOOST_TEST(pool.idle() == 2u);
    BOOST_TEST(pool.keys() == 2u);
    Pool none(limits(4, 0));
    open_and_release(none, "a", 1, start);
    BOOST_TEST(none.take_garbage() == std::vector<int>{1}, boost::test_tools::per_element());
    BOOST_TEST(none.keys() == 0u);
}

BOOST_AUTO_TEST_CASE(a_fresh_connection_condemns_the_resting_ones) {
    Pool pool(limits(4));
    BOOST_TEST((pool.acquire("a", start).first == Grant::open));
    BOOST_TEST((pool.acquire("a", start).first == Grant::open));
    int one = 1, two = 2;
    pool.release("a", one, start);
    pool.release("a", two, start);
    open_and_release(pool, "b", 3, start);
    BOOST_TEST((pool.acquire("a", start, true).first == Grant::open));
    BOOST_TEST(pool.take_garbage().size() == 2u);
    BOOST_TEST(pool.idle() == 1u);
    pool.retire_all();
    BOOST_TEST(pool.idle() == 0u);
    BOOST_TEST(pool.take_garbage() == std::vector<int>{3}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
