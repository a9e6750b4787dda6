
#include "net/policy/rate_limit.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <functional>
#include <queue>
#include <random>
#include <vector>

using namespace std::chrono_literals;
namespace net = hf::net;
using Time = net::QuotaGovernor::Clock::time_point;
using std::chrono::milliseconds;

namespace {

net::Fields quota_fields(std::string limit, std::string policy = {}) {
    net::Fields fields;
    fields.add("ratelimit", std::move(limit));
    if (!policy.empty()) fields.add("ratelimit-policy", std::move(policy));
    return fields;
}

/// A server with a fixed window. `round_up` chooses how the whole seconds of `t` are made.
class SimulatedServer {
public:
    SimulatedServer(std::uint64_t quota, milliseconds window, bool round_up)
        : quota_(quota), window_(window), round_up_(round_up) {}

    std::pair<unsigned, net::Fields> answer(Time now) {
        const auto index = now.time_since_epoch() / window_;
        if (index != index_) {
            used_per_window.push_back(used_);
            index_ = index;
            used_ = 0;
        }
        const auto left = std::chrono::duration_cast<milliseconds>(window_ - now.time_since_epoch() % window_);
        const auto t =
            round_up_ ? std::chrono::ceil<std::chrono::seconds>(left) : std::chrono::floor<std::chrono::seconds>(left);
        const bool refused = used_ == quota_;
        if (!refused) ++used_;
        return {refused ? 429 : 200,
                quota_fields("\"api\";r=" + std::to_string(quota_ - used_) + ";t=" + std::to_string(t.count()),
                             "\"fixed window\";\"api\";q=" + std::to_string(quota_) + ";w=" +
                                 std::to_string(std::chrono::duration_cast<std::chrono::seconds>(window_).count()))};
    }

    std::vector<std::uint64_t> used_per_window;

private:
    std::uint64_t quota_;
    milliseconds window_;
    bool round_up_;
    std::int64_t index_ = -1;
    std::uint64_t used_ = 0;
};

/// Events in the order of their time.
class Simulation {
public:
    Time now{100s};

    void at(Time when, std::function<void()> action) { events_.push({when, sequence_++, std::move(action)}); }
    void run_until(Time end) {
        while (!events_.empty() && events_.top().when < end) {
            auto event = events_.top();
            events_.pop();
            now = event.when;
            event.action();
        }
    }

private:
    struct Event {
        Time when;
        std::uint64_t sequence;
        std::function<void()> action;
        bool operator<(const Event& other) const {
            return std::tie(when, sequence) > std::tie(other.when, other.sequence);
        }
    };
    std::priority_queue<Event> events_;
    std::uint64_t sequence_ = 0;
};

struct Totals {
    std::uint64_t answered = 0, refused = 0, asked = 0;
};

/// `workers` clients that ask for as much as they can for `windows` windows after the first.
Totals saturate(SimulatedServer& server, net::QuotaGovernor& governor, int workers, milliseconds window, int windows) {
    Simulation simulation;
    std::mt19937 generator(7);
    std::uniform_real_distribution<double> random01(0.0, 1.0);
    Totals totals;
    const Time warm = simulation.now + window;
    std::function<void()> work = [&] {
        ++totals.asked;
        if (const auto wait = governor.admit(simulation.now, random01(generator))) {
            // Timers fire up to two milliseconds late.
            return simulation.at(
                simulation.now + wait->duration + milliseconds(static_cast<int>(random01(generator) * 3)), work);
        }
        const auto there = milliseconds(2 + static_cast<int>(random01(generator) * 10));
        const auto back = milliseconds(2 + static_cast<int>(random01(generator) * 10));
        simulation.at(simulation.now + there, [&, back] {
            const auto [status, fields] = server.answer(simulation.now);
            simulation.at(simulation.now + back, [&, status = status, fields = fields] {
                if (simulation.now > warm) ++(status == 429 ? totals.refused : totals.answered);
                governor.on_response(status, fields, simulation.now);
                work();
            });
        });
    };
    for (int i = 0; i < workers; ++i) simulation.at(simulation.now, work);
    simulation.run_until(warm + windows * window);
    return totals;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(net_rate_limit)

BOOST_AUTO_TEST_CASE(headers_of_the_hub) {
    const auto seen = net::RateLimit::parse(quota_fields("\"api\";r=0;t=55", "\"fixed window\";\"api\";q=500;w=300"));
    BOOST_REQUIRE(seen.has_value());
    BOOST_TEST(seen->bucket == "api");
    BOOST_TEST(*seen->remaining == 0u);
    BOOST_TEST(seen->reset->count() == 55);
    BOOST_TEST(*seen->quota == 500u);
    BOOST_TEST(seen->window->count() == 300);
}

BOOST_AUTO_TEST_CASE(headers_of_others) {
    const auto several = net::RateLimit::parse(
        quota_fields("\"burst\";r=90;t=1, \"daily\" ; r=3; t=1000", "\"burst\";q=100;w=60,\"daily\";q=1000;w=86400"));
    BOOST_TEST(several->bucket == "daily");
    BOOST_TEST(*several->quota == 1000u);
    BOOST_TEST(!net::RateLimit::parse(quota_fields("\"api\";r=5"))->reset.has_value());
    BOOST_TEST(net::RateLimit::parse(quota_fields("\"a;b,c\";r=5"))->bucket == "a;b,c");
    for (const char* text : {"", "\"api\"", "\"api\";r=x", "limit=100, remaining=50", ";;;,,", "\"api;r=1"})
        BOOST_TEST(!net::RateLimit::parse(quota_fields(text)).has_value());
    BOOST_TEST(!net::RateLimit::parse(net::Fields()).has_value());
}

BOOST_AUTO_TEST_CASE(a_large_quota_never_delays) {
    net::QuotaGovernor governor;
    Time now{10s};
    for (int i = 0; i < 5000; ++i) {
        BOOST_REQUIRE(!governor.admit(now, 0.5).has_value());
        governor.on_response(
            200, quota_fields("\"api\";r=" + std::to_string(12'000 - i) + ";t=200", "\"w\";\"api\";q=12000;w=300"),
            now);
    }
    BOOST_TEST(governor.stats().delayed == 0u);
    BOOST_TEST(governor.stats().remaining == 12'000u - 4999u);
}

BOOST_AUTO_TEST_CASE(newcomers_wait_for_the_first_answer) {
    net::QuotaGovernor governor;
    const Time now{100s};
    for (int i = 0; i < 64; ++i) BOOST_TEST(!governor.admit(now, 0.5).has_value());
    BOOST_TEST((governor.admit(now, 0.5)->duration == 15ms));
    governor.on_abandoned();
    BOOST_TEST(!governor.admit(now, 0.5).has_value());
    BOOST_TEST(governor.admit(now, 0.5).has_value());
    governor.on_response(200, net::Fields(), now);  // of a server without quotas
    for (int i = 0; i < 1000; ++i) BOOST_TEST(!governor.admit(now, 0.5).has_value());
}

BOOST_AUTO_TEST_CASE(an_empty_quota_waits_for_the_window) {
    net::QuotaGovernor governor;
    const Time now{10s};
    BOOST_TEST(!governor.admit(now, 0.0).has_value());
    governor.on_response(429, quota_fields("\"api\";r=0;t=55", "\"fixed window\";\"api\";q=500;w=300"), now);
    // One second more, since the server may have rounded down.
    BOOST_TEST(governor.admit(now, 0.0)->duration.count() == 56'000);
    BOOST_TEST(governor.admit(now, 0.999)->duration.count() > 56'500);
    BOOST_TEST(governor.stats().refused == 1u);
    // Afterwards one goes ahead, the others wait for what it finds.
    BOOST_TEST(!governor.admit(now + 56s, 0.0).has_value());
    BOOST_TEST(governor.admit(now + 56s, 0.0)->duration.count() < 200);
    governor.on_response(200, quota_fields("\"api\";r=499;t=300", "\"fixed window\";\"api\";q=500;w=300"), now + 56s);
    BOOST_TEST(!governor.admit(now + 56s, 0.0).has_value());
}

BOOST_AUTO_TEST_CASE(a_429_with_quota_left_changes_nothing) {
    net::QuotaGovernor governor;
    const Time now{10s};
    governor.admit(now, 0.0);
    governor.on_response(429, quota_fields("\"api\";r=400;t=55", "\"w\";\"api\";q=500;w=300"), now);
    BOOST_TEST(!governor.admit(now, 0.0).has_value());
    BOOST_TEST(governor.stats().refused == 0u);
}

BOOST_AUTO_TEST_CASE(interactive_calls_have_a_reserve) {
    net::QuotaGovernor governor;
    const Time now{10s};
    governor.admit(now, 0.0);
    governor.on_response(200, quota_fields("\"api\";r=5;t=55", "\"w\";\"api\";q=500;w=300"), now);
    BOOST_TEST(governor.admit(now, 0.0).has_value());
    for (int i = 0; i < 5; ++i)
        BOOST_TEST(!governor.admit(now, 0.0, net::QuotaGovernor::Priority::interactive).has_value());
    BOOST_TEST(governor.admit(now, 0.0, net::QuotaGovernor::Priority::interactive).has_value());
}

BOOST_AUTO_TEST_CASE(a_scarce_quota_is_spread) {
    net::QuotaGovernor governor;
    Time now{10s};
    governor.admit(now, 0.0);
    governor.on_response(200, quota_fields("\"api\";r=105;t=100", "\"w\";\"api\";q=500;w=300"), now);
    BOOST_TEST(!governor.admit(now, 0.0).has_value());
    for (int i = 0; i < 8; ++i) governor.admit(now, 0.0);
    // About one per second; those who wait get times of their own.
    const auto first = governor.admit(now, 0.0), second = governor.admit(now, 0.0);
    BOOST_REQUIRE((first && second));
    BOOST_TEST((second->duration - first->duration > 900ms));
    BOOST_TEST((second->duration - first->duration < 1200ms));
}

BOOST_AUTO_TEST_CASE(an_abandoned_request_gives_its_place_back) {
    net::QuotaGovernor governor;
    const Time now{10s};
    governor.admit(now, 0.0);
    governor.on_response(200, quota_fields("\"api\";r=2;t=55", "\"w\";\"api\";q=100;w=300"), now);
    BOOST_TEST(!governor.admit(now, 0.0).has_value());
    BOOST_TEST(governor.admit(now + 60ms, 0.0).has_value());
    governor.on_abandoned();
    BOOST_TEST(!governor.admit(now + 60s, 0.0).has_value());
}

BOOST_AUTO_TEST_CASE(saturated_for_minutes) {
    for (const bool round_up : {true, false}) {
        for (const int workers : {1, 8, 64}) {
            BOOST_TEST_CONTEXT((round_up ? "rounding up, " : "rounding down, ") << workers << " workers") {
                SimulatedServer server(500, 3s, round_up);
                net::QuotaGovernor governor;
                const int windows = 40;
                const Totals totals = saturate(server, governor, workers, 3s, windows);
                BOOST_TEST(totals.refused == 0u);
                // One worker at 14 ms a request cannot use more than about 214 of 500.
                const double possible = workers == 1 ? 200.0 * windows : 500.0 * windows;
                BOOST_TEST(static_cast<double>(totals.answered) >= 0.9 * possible);
                BOOST_TEST(totals.asked < 4 * totals.answered);
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
