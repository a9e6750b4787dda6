// The quota of the Hub, kept by a client that asks for all it can get.
#include "hub_fixture.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <future>

using namespace hf;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using Time = std::chrono::steady_clock::time_point;

namespace {

struct Fixture : private test::TemporaryFolder, public test::HubFixture {
    Fixture() : HubFixture(LocalHubConfig(path() / "hub")) { run(api.create_repo("julien/m")); }

    void limit(Quota quota) {
        Scenario scenario;
        scenario.api_quota = quota;
        hub.set_scenario(std::move(scenario));
        hub.reset_counters();
    }
    /// On real time, unlike the fixture's own.
    Session timely(asio::any_io_executor executor, int attempts) {
        SessionConfig config;
        config.endpoint = endpoint;
        config.token = token;
        config.environment = &environment;
        config.retry.max_attempts = attempts;
        return Session(std::move(executor), config);
    }
    std::uint64_t refused() {
        const auto statuses = hub.counters().statuses;
        const auto found = statuses.find(429);
        return found == statuses.end() ? 0 : found->second;
    }
};

/// What the callers of a session saw.
struct Seen {
    std::atomic<std::uint64_t> answered{0}, refused{0};
    std::atomic<bool> stop{false};
};

asio::awaitable<void> ask(Session session, Seen& seen) {
    while (!seen.stop) {
        try {
            Request request = get("/api/models/julien/m");
            const Reply reply = co_await session.send(std::move(request));
            ++seen.answered;
        } catch (const HfHubHTTPError& error) {
            if (error.status() != 429) throw;
            ++seen.refused;
        }
    }
}

std::vector<std::future<void>> crowd(Session session, unsigned count, Seen& seen) {
    std::vector<std::future<void>> out;
    for (unsigned i = 0; i < count; ++i)
        out.push_back(asio::co_spawn(session.executor(), ask(session, seen), asio::use_future));
    return out;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(quota, Fixture)

BOOST_AUTO_TEST_CASE(five_hundred_requests_in_three_seconds) {
    constexpr auto window = 3s;
    constexpr unsigned allowed = 500, windows = 4;
    limit(Quota(allowed, window));
    asio::thread_pool pool(2);
    Seen seen;
    const Session session = timely(pool.get_executor(), 1);
    auto workers = crowd(session, 200, seen);
    std::this_thread::sleep_for(window);  // the warm-up: the quota is not known before the first answer
    const std::uint64_t before = seen.answered, refused_before = seen.refused, refused_by_hub = refused();
    std::this_thread::sleep_for(windows * window);
    const std::uint64_t used = seen.answered - before;
    BOOST_TEST(seen.refused == refused_before);
    BOOST_TEST(refused() == refused_by_hub);
    BOOST_TEST(used >= windows * allowed * 9 / 10);
    BOOST_TEST_MESSAGE(used << " of " << windows * allowed << " requests in " << windows << " windows");
    seen.stop = true;
    for (auto& worker : workers) worker.get();
    session.close();
}

BOOST_AUTO_TEST_CASE(a_storm_of_newcomers) {
    // A thousand start before the first answer names the quota.
    limit(Quota(500, 3s));
    asio::thread_pool pool(2);
    const Session session = timely(pool.get_executor(), 1);
    std::vector<std::future<Reply>> replies;
    for (unsigned i = 0; i < 1000; ++i) {
        Request request = get("/api/models/julien/m");
        replies.push_back(asio::co_spawn(pool, session.send(std::move(request)), asio::use_future));
    }
    unsigned answered = 0;
    for (auto& reply : replies) answered += reply.get().status == 200 ? 1 : 0;
    BOOST_TEST(answered == 1000u);
    BOOST_TEST(refused() == 0u);
    session.close();
}

BOOST_AUTO_TEST_CASE(writes_pass_those_who_wait) {
    constexpr auto window = 3s;
    limit(Quota(60, window));
    asio::thread_pool pool(2);
    Seen seen;
    const Session session = timely(pool.get_executor(), 1);
    auto workers = crowd(session, 64, seen);
    std::this_thread::sleep_for(window + 500ms);
    const std::uint64_t refused_before = refused();
    const HfApi mine(session);
    for (int i = 0; i < 3; ++i) {
        CreateBranchOptions options;
        const std::string branch = "b" + std::to_string(i);
        options.branch = branch;
        const auto begin = std::chrono::steady_clock::now();
        asio::co_spawn(pool, mine.create_branch("julien/m", options), asio::use_future).get();
        // Those who read wait for more than a window by now.
        BOOST_TEST((std::chrono::steady_clock::now() - begin < 700ms));
        std::this_thread::sleep_for(window);
    }
    BOOST_TEST(refused() == refused_before);
    BOOST_TEST(seen.answered > 60u);
    seen.stop = true;
    for (auto& worker : workers) worker.get();
    session.close();
}

BOOST_AUTO_TEST_CASE(those_who_wait_can_be_cancelled) {
    limit(Quota(20, 60s));
    Seen seen;
    const Session session = timely(context.get_executor(), 1);
    auto workers = crowd(session, 1000, seen);
    context.restart();
    context.run_for(500ms);
    BOOST_TEST(seen.answered + seen.refused < 1000u);
    workers.clear();  // does not wait: these futures come from promises
    const auto begin = std::chrono::steady_clock::now();
    asio::cancellation_signal signal;
    std::exception_ptr failure;
    asio::co_spawn(context, ask(session, seen),
                   asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr error) { failure = error; }));
    context.restart();
    context.run_for(100ms);
    BOOST_TEST(!failure);
    signal.emit(asio::cancellation_type::terminal);
    context.restart();
    context.run_for(50ms);
    BOOST_TEST((failure != nullptr));
    BOOST_TEST((std::chrono::steady_clock::now() - begin < 1s));
    session.close();
}

BOOST_AUTO_TEST_SUITE_END()
