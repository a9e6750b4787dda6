#include "net/dial/dns_cache.hpp"
#include "net/pool/deadlines.hpp"
#include "net/pool/pacer.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
namespace net = hf::net;
using net::Limit;

namespace {

const net::Deadlines::Time start{100s};

net::Timeouts timeouts() {
    net::Timeouts out;
    out.connect = 10s;
    out.first_byte = 20s;
    out.stall = 5s;
    return out;
}

net::Addresses addresses(std::initializer_list<const char*> texts) {
    net::Addresses out;
    for (const char* text : texts) out.push_back(boost::asio::ip::make_address(text));
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(net_time)

BOOST_AUTO_TEST_CASE(each_phase_has_its_limit) {
    for (const auto& [phase, limit] : {std::pair(Limit::connect, 10s), {Limit::first_byte, 20s}, {Limit::stall, 5s}}) {
        net::Deadlines deadlines(timeouts(), start);
        BOOST_TEST((deadlines.overdue(start + 1h, 0) == Limit::none));
        deadlines.wait_begins(phase, start + 1h);
        deadlines.wait_begins(Limit::connect, start + 1h + 3s);  // the first one counts
        BOOST_TEST((deadlines.overdue(start + 1h + limit - 1ms, 0) == Limit::none));
        BOOST_TEST((deadlines.overdue(start + 1h + limit, 0) == phase));
        deadlines.wait_ends(start + 1h + limit);
        BOOST_TEST((deadlines.overdue(start + 2h, 0) == Limit::none));
    }
}

BOOST_AUTO_TEST_CASE(zero_switches_a_limit_off) {
    net::Timeouts none;
    none.connect = none.first_byte = none.stall = 0ms;
    for (const Limit phase : {Limit::connect, Limit::first_byte, Limit::stall}) {
        net::Deadlines deadlines(none, start);
        deadlines.wait_begins(phase, start);
        BOOST_TEST((deadlines.overdue(start + 100h, 0) == Limit::none));
    }
}

BOOST_AUTO_TEST_CASE(total_counts_always) {
    net::Timeouts limits = timeouts();
    limits.total = 60s;
    net::Deadlines deadlines(limits, start);
    BOOST_TEST((deadlines.overdue(start + 59s, 0) == Limit::none));
    BOOST_TEST((deadlines.overdue(start + 60s, 0) == Limit::total));
}

BOOST_AUTO_TEST_CASE(the_rate_is_averaged_over_time_spent_waiting) {
    net::Timeouts limits = timeouts();
    limits.min_rate = 1000;
    net::Deadlines deadlines(limits, start);
    auto now = start;
    std::uint64_t bytes = 0;
    // The peer gives 2000 bytes per second of waiting; in between the caller takes its time.
    for (int i = 0; i < 40; ++i) {
        deadlines.wait_begins(Limit::stall, now);
        now += 500ms;
        BOOST_TEST((deadlines.overdue(now, bytes) == Limit::none));
        bytes += 1000;
        deadlines.wait_ends(now);
        now += 1h;
    }
    // Then 500 per second.
    Limit missed = Limit::none;
    int rounds = 0;
    for (; rounds < 40 && missed == Limit::none; ++rounds) {
        deadlines.wait_begins(Limit::stall, now);
        now += 1s;
        missed = deadlines.overdue(now, bytes);
        bytes += 500;
        deadlines.wait_ends(now);
    }
    BOOST_TEST((missed == Limit::min_rate));
    BOOST_TEST(rounds <= 10);
}

BOOST_AUTO_TEST_CASE(families_alternate) {
    const auto resolved = addresses({"2001:db8::1", "2001:db8::2", "192.0.2.1", "192.0.2.2", "192.0.2.3"});
    BOOST_TEST((net::connection_order(resolved, 0, std::nullopt) ==
                addresses({"2001:db8::1", "192.0.2.1", "2001:db8::2", "192.0.2.2", "192.0.2.3"})));
    BOOST_TEST((net::connection_order(resolved, 1, std::nullopt) ==
                addresses({"2001:db8::2", "192.0.2.2", "2001:db8::1", "192.0.2.3", "192.0.2.1"})));
    BOOST_TEST((net::connection_order(resolved, 3, false) ==
                addresses({"192.0.2.1", "2001:db8::2", "192.0.2.2", "2001:db8::1", "192.0.2.3"})));
    BOOST_TEST(net::connection_order({}, 5, true).empty());
}

BOOST_AUTO_TEST_CASE(names_are_kept_for_a_while) {
    net::DnsCache cache(60s);
    BOOST_TEST(cache.find("hub.test", start).empty());
    cache.store("hub.test", addresses({"2001:db8::1", "192.0.2.1", "192.0.2.2"}), start);
    BOOST_TEST((cache.find("hub.test", start) == addresses({"2001:db8::1", "192.0.2.1", "192.0.2.2"})));
    BOOST_TEST((cache.find("hub.test", start + 1s) == addresses({"2001:db8::1", "192.0.2.2", "192.0.2.1"})));
    cache.connected("hub.test", boost::asio::ip::make_address("192.0.2.1"));
    cache.connected("other.test", boost::asio::ip::make_address("192.0.2.1"));
    BOOST_TEST(cache.find("hub.test", start + 59s).front().is_v4());
    BOOST_TEST(cache.find("hub.test", start + 60s).empty());
    net::DnsCache none(0s);
    none.store("hub.test", addresses({"192.0.2.1"}), start);
    BOOST_TEST(none.find("hub.test", start).empty());
}

BOOST_AUTO_TEST_CASE(bytes_take_turns) {
    net::Pacer pacer(1'000'000);
    const auto wait = [&](std::size_t bytes, auto at) {
        return std::chrono::round<std::chrono::milliseconds>(pacer.book(bytes, start + at));
    };
    BOOST_TEST((wait(100'000, 0ms) == 0ms));
    BOOST_TEST((wait(200'000, 0ms) == 100ms));
    BOOST_TEST((wait(100'000, 50ms) == 250ms));
    pacer.give_back(100'000);
    BOOST_TEST((wait(0, 100ms) == 200ms));
    // Time that nobody used does not come back as a burst.
    BOOST_TEST((wait(100'000, 10s) == 0ms));
    BOOST_TEST((wait(100'000, 10s) == 100ms));
    BOOST_TEST(pacer.piece() == 50'000u);
    BOOST_TEST(net::Pacer(1'000).piece() == 16u << 10);
    BOOST_TEST(net::Pacer(1'000'000'000).piece() == 256u << 10);
    BOOST_TEST(!net::Pacer(0).limited());
}

BOOST_AUTO_TEST_SUITE_END()
