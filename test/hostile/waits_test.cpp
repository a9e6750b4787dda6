// Quota headers that would stop a client, and what is kept for each token.
#include "fake_transport.hpp"
#include "net/policy/rate_limit.hpp"
#include "session_fixture.hpp"

#include <hf/core/error.hpp>
#include <hf/hf_api.hpp>
#include <hf/session/stats.hpp>

#include <boost/test/unit_test.hpp>

using namespace hf;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

namespace {

struct Fixture : test::SessionFixture {
    std::shared_ptr<test::FakeTransport> transport = std::make_shared<test::FakeTransport>();
    std::shared_ptr<test::FakeClock> clock = std::make_shared<test::FakeClock>();
    std::vector<WaitEvent> waits;

    Session session(milliseconds max_wait = 900s) {
        SessionConfig config = with_token();
        config.max_quota_wait = max_wait;
        Session out = session_on(transport, clock, config);
        out.on_wait([this](const WaitEvent& event) { waits.push_back(event); });
        return out;
    }
    void answer(unsigned status, std::string limit = {}) {
        test::Answer out(status, "{}");
        if (!limit.empty()) {
            out.fields.emplace_back("RateLimit", "\"api\";" + limit);
            out.fields.emplace_back("RateLimit-Policy", "\"fixed window\";\"api\";q=500;w=300");
        }
        transport->answers.push_back(std::move(out));
    }
    Reply ask(const Session& session) { return run(session.send(get("/api/x"))); }
    milliseconds slept() const {
        milliseconds out{0};
        for (const auto sleep : clock->sleeps) out += sleep;
        return out;
    }
    /// The error of a request that is refused.
    ErrorInfo refusal(const Session& session) {
        try {
            ask(session);
        } catch (const HfHubHTTPError& error) {
            BOOST_TEST(error.status() == 429u);
            return error.info();
        }
        BOOST_ERROR("it was not refused");
        return ErrorInfo();
    }
    void pass(milliseconds time) { run(clock->sleep(time)); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(hostile_waits, Fixture)

BOOST_AUTO_TEST_CASE(a_quota_that_returns_beyond_the_limit_is_an_error_at_once) {
    for (const std::string t : {"86400", "1000000000"}) {
        const Session s = session();
        answer(200, "r=0;t=" + t);
        ask(s);
        clock->sleeps.clear();
        const ErrorInfo info = refusal(s);
        BOOST_TEST(info.unsent);
        BOOST_TEST((info.retry_after >= 86400s));
        BOOST_TEST((info.retry_after < 87000s));
        BOOST_TEST(clock->sleeps.empty());
    }
}

BOOST_AUTO_TEST_CASE(a_reset_that_is_no_number_is_the_end_of_the_window) {
    const Session s = session();
    answer(200, "r=0;t=99999999999999999999");
    answer(200);
    ask(s);
    ask(s);
    BOOST_TEST((slept() >= 300s));
    BOOST_TEST((slept() < 310s));
}

BOOST_AUTO_TEST_CASE(one_header_stops_a_client_for_no_longer_than_a_window) {
    const Session s = session();
    answer(200, "r=0;t=86400");
    ask(s);
    refusal(s);
    pass(301s);
    answer(200, "r=499;t=200");  // the header was a mistake
    BOOST_TEST(ask(s).status == 200u);
}

BOOST_AUTO_TEST_CASE(a_wait_is_told_once_when_it_begins) {
    const Session s = session();
    answer(200, "r=0;t=55");
    answer(200, "r=499;t=300");
    ask(s);
    ask(s);
    BOOST_TEST_REQUIRE(waits.size() == 1u);
    BOOST_TEST(waits[0].host == "hub.test");
    BOOST_TEST((waits[0].bucket == Bucket::api));
    BOOST_TEST((waits[0].planned >= 56s));
    BOOST_TEST((waits[0].planned < 60s));
    BOOST_TEST(waits[0].status == 0u);
    BOOST_TEST((waits[0].since < clock->now() - 50s));
}

BOOST_AUTO_TEST_CASE(waits_that_answers_ask_for_are_told_as_well) {
    const Session s = session();
    transport->answers.push_back(test::Answer(503, "", {{"Retry-After", "7"}}));
    answer(200);
    ask(s);
    BOOST_TEST_REQUIRE(waits.size() == 1u);
    BOOST_TEST(waits[0].status == 503u);
    BOOST_TEST((waits[0].planned >= 7s));
}

BOOST_AUTO_TEST_CASE(a_server_that_refuses_for_ever_is_left_after_the_limit) {
    SessionConfig config = with_token();
    config.retry.total = 0ms;  // only the limit of quota waits counts
    config.retry.max_attempts = 1000;
    const Session s = session_on(transport, clock, config);
    for (int i = 0; i < 50; ++i) answer(429, "r=0;t=60");
    const ErrorInfo info = refusal(s);
    BOOST_TEST(!info.unsent);
    BOOST_TEST(info.retry_after.has_value());
    BOOST_TEST((slept() <= 900s));
    BOOST_TEST((slept() >= 700s));
}

BOOST_AUTO_TEST_CASE(the_limit_is_the_sessions) {
    const Session s = session(100s);
    answer(200, "r=0;t=200");
    ask(s);
    BOOST_TEST(refusal(s).unsent);
    BOOST_TEST(slept().count() == 0);
    const Session longest = session(milliseconds::max());
    answer(200, "r=0;t=86000");
    answer(200, "r=499;t=300");
    ask(longest);
    BOOST_TEST(ask(longest).status == 200u);
}

BOOST_AUTO_TEST_CASE(a_scarce_quota_with_a_far_end_is_not_spread_over_a_day) {
    const Session s = session();
    for (int i = 0; i < 4; ++i) {
        answer(200, "r=" + std::to_string(10 - i) + ";t=86400");
        ask(s);
    }
    BOOST_TEST((slept() <= 600s));
}

BOOST_AUTO_TEST_CASE(standing_in_the_own_queue_does_not_count) {
    using Governor = net::QuotaGovernor;
    net::QuotaPatience patience(900s);
    const Governor::Clock::time_point start{std::chrono::hours(1)};
    const auto refused = [&](auto moved) { return net::QuotaWait(300s, true, moved); };
    BOOST_TEST(patience.bears(refused(Governor::Clock::time_point()), start));
    // Another request got through meanwhile, window after window.
    for (int i = 1; i < 20; ++i) BOOST_TEST(patience.bears(refused(start + i * 300s), start + i * 300s));
    const auto last = start + 19 * 300s;
    BOOST_TEST(patience.bears(refused(last), last + 600s));
    BOOST_TEST(!patience.bears(refused(last), last + 601s));
    // The end is final, and a turn of one's own is no refusal.
    BOOST_TEST(!patience.bears(refused(last + 602s), last + 602s));
    net::QuotaPatience none(0s);
    BOOST_TEST(none.bears(net::QuotaWait(300s, false, {}), start));
    BOOST_TEST(!none.bears(refused(start), start));
}

BOOST_AUTO_TEST_CASE(what_is_kept_of_each_token_is_bounded) {
    const Session s = session();
    for (int i = 0; i < 1500; ++i) {
        answer(200, "r=400;t=200");
        const std::string token = "hf_" + std::to_string(i);
        run(s.send(get("/api/x").token(token)));
    }
    const auto quotas = s.stats().quotas;
    BOOST_TEST(quotas.size() == 1024u);
    BOOST_TEST(!quotas.front().anonymous);
}

BOOST_AUTO_TEST_CASE(dots_are_refused_before_anything_is_sent) {
    const HfApi api(session());
    InfoOptions info;
    DeleteBranchOptions branch;
    for (const std::string_view dots : {"..", "."}) {
        info.revision = dots;
        BOOST_CHECK_THROW(run(api.model_info("me/repo", info)), HFValidationError);
        branch.branch = dots;
        BOOST_CHECK_THROW(run(api.delete_branch("me/repo", branch)), HFValidationError);
        BOOST_CHECK_THROW(get("/api/{}/x", "a/" + std::string(dots) + "/b"), HFValidationError);
        BOOST_CHECK_THROW(get("/api/{}/x", segment(dots)), HFValidationError);
        // Encoded as one segment, and taken apart by servers that decode first.
        for (const std::string& text : {"a/" + std::string(dots), std::string(dots) + "/a", std::string(dots) + "\\a"})
            BOOST_CHECK_THROW(get("/api/{}/x", segment(text)), HFValidationError);
        BOOST_CHECK_THROW(hf_hub_url(default_endpoint, "", "me/repo", dots, "f"), HFValidationError);
        BOOST_CHECK_THROW(hf_hub_url(default_endpoint, "", "me/repo", "main", std::string(dots) + "/f"),
                          HFValidationError);
        BOOST_CHECK_THROW(hf_hub_url(default_endpoint, "", "me/repo", "main", "f", dots), HFValidationError);
    }
    BOOST_TEST(transport->requests.empty());
    // Dots within names are names.
    BOOST_TEST(hf_hub_url(default_endpoint, "", "me/repo", "v1..2", "a/...b").ends_with("/v1..2/a/...b"));
}

BOOST_AUTO_TEST_SUITE_END()
