#include "fake_transport.hpp"
#include "session_fixture.hpp"

#include <hf/hf_api.hpp>
#include <hf/session/stats.hpp>

#include <boost/test/unit_test.hpp>

using namespace hf;
using hf::test::Answer;
namespace asio = boost::asio;

namespace {

constexpr std::string_view hub = "https://hub.test";

/// A session on scripted answers.
struct Fixture : test::SessionFixture {
    std::shared_ptr<test::FakeTransport> transport = std::make_shared<test::FakeTransport>();
    std::shared_ptr<test::FakeClock> clock = std::make_shared<test::FakeClock>();

    Session session(SessionConfig config = with_token()) { return session_on(transport, clock, config); }

    void answer(Answer answer) { transport->answers.push_back(std::move(answer)); }

    std::vector<std::int64_t> drain(AsyncGenerator<std::int64_t>& list) { return run(drain_impl(list)); }
    static asio::awaitable<std::vector<std::int64_t>> drain_impl(AsyncGenerator<std::int64_t>& list) {
        std::vector<std::int64_t> out;
        while (auto item = co_await list.next()) out.push_back(*item);
        co_return out;
    }
};

using Numbers = std::vector<std::int64_t>;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(session, Fixture)

BOOST_AUTO_TEST_CASE(typed_call_sends_the_token) {
    answer(Answer(200, R"({"name":"julien"})"));
    HfApi api(session());
    const json::object me = run(api.whoami());
    BOOST_TEST(me.at("name").as_string() == "julien");
    BOOST_TEST(transport->target(0) == "https://hub.test/api/whoami-v2");
    BOOST_TEST(transport->field(0, "authorization").value() == "Bearer hf_secret");
}

BOOST_AUTO_TEST_CASE(token_stays_on_its_origin) {
    answer(Answer(307, "", {{"Location", "/api/models/new/name?full=True"}}));
    answer(Answer(302, "", {{"Location", "https://cdn.test/x"}}));
    answer(Answer(200, "{}"));
    run(session().call<json::object>(get("/api/models/{}", "old/name")));
    BOOST_TEST(transport->target(1) == "https://hub.test/api/models/new/name?full=True");
    BOOST_TEST(transport->field(1, "Authorization").has_value());
    BOOST_TEST(transport->target(2) == "https://cdn.test/x");
    BOOST_TEST(!transport->field(2, "Authorization").has_value());
}

BOOST_AUTO_TEST_CASE(server_errors_are_retried_and_then_thrown) {
    answer(Answer(503, "busy", {{"Retry-After", "7"}}));
    answer(Answer(200, "{}"));
    run(session().call<void>(get("/api/x")));
    BOOST_REQUIRE_EQUAL(clock->sleeps.size(), 1u);
    BOOST_TEST(clock->sleeps[0].count() >= 7000);

    for (int i = 0; i < 5; ++i) answer(Answer(500, R"({"error":"broken"})", {{"X-Request-Id", "r-1"}}));
    try {
        run(session().call<void>(get("/api/x")));
        BOOST_FAIL("no error");
    } catch (const HfHubHTTPError& error) {
        BOOST_TEST(error.status() == 500u);
        BOOST_TEST(error.info().request_id == "r-1");
        BOOST_TEST(error.info().server_message == "broken");
    }
    BOOST_TEST(transport->answers.empty());
}

BOOST_AUTO_TEST_CASE(a_post_is_not_sent_twice) {
    answer(Answer(502, ""));
    BOOST_CHECK_THROW(run(session().call<void>(post("/api/x").json(json::object()))), HfHubHTTPError);
    BOOST_TEST(transport->requests.size() == 1u);
}

BOOST_AUTO_TEST_CASE(refused_connections_are_retried) {
    answer(Answer(0, "").refusing());
    answer(Answer(200, "{}"));
    run(session().call<void>(get("/api/x")));
    BOOST_TEST(transport->requests.size() == 2u);
}

BOOST_AUTO_TEST_CASE(offline_sends_nothing) {
    SessionConfig config;
    config.offline = true;
    BOOST_CHECK_THROW(run(session(config).call<void>(get("/api/x"))), OfflineModeIsEnabled);
    BOOST_TEST(transport->requests.empty());
}

BOOST_AUTO_TEST_CASE(html_instead_of_json_says_where) {
    answer(Answer(200, "<html>login</html>"));
    try {
        run(session().call<json::object>(get("/api/x")));
        BOOST_FAIL("no error");
    } catch (const InvalidResponseError& error) {
        BOOST_TEST(error.message().find("https://hub.test/api/x") != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(large_answers_are_refused) {
    SessionConfig config;
    config.max_body = 100;
    answer(Answer(200, std::string(101, ' ')));
    BOOST_CHECK_THROW(run(session(config).send(get("/api/x"))), ResponseTooLargeError);
    answer(Answer(200, std::string(100, ' ')));
    BOOST_TEST(run(session(config).send(get("/api/x"))).body.size() == 100u);
}

BOOST_AUTO_TEST_CASE(pages_follow_links_and_rewrite_foreign_ones) {
    answer(Answer(200, "[1,2]", {{"Link", "<https://hub.test/api/n?p=2>; rel=\"next\""}}).with_step(1));
    answer(Answer(200, "[]", {{"Link", "<https://elsewhere.test/api/n?p=3>; rel=\"next\""}}));
    answer(Answer(200, "[3]"));
    auto list = session().list<std::int64_t>(get("/api/n"));
    BOOST_TEST(drain(list) == (Numbers{1, 2, 3}), boost::test_tools::per_element());
    BOOST_TEST(transport->target(1) == "https://hub.test/api/n?p=2");
    BOOST_TEST(transport->target(2) == "https://hub.test/api/n?p=3");
    BOOST_TEST(transport->field(2, "Authorization").has_value());
}

BOOST_AUTO_TEST_CASE(nothing_is_sent_before_next) {
    auto list = session().list<std::int64_t>(get("/api/n"));
    BOOST_TEST(transport->requests.empty());
    BOOST_TEST(list.cursor().empty());
}

BOOST_AUTO_TEST_CASE(limit_stops_within_a_page) {
    answer(Answer(200, "[1,2,3]", {{"Link", "<https://hub.test/api/n?p=2>; rel=\"next\""}}));
    auto list = session().list<std::int64_t>(get("/api/n"), {.limit = 2});
    BOOST_TEST(drain(list) == (Numbers{1, 2}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_broken_page_is_continued_where_it_broke) {
    answer(Answer(200, "[1,2,3,", {}).with_step(3).breaking());
    answer(Answer(200, "[1,2,3,4]"));
    auto list = session().list<std::int64_t>(get("/api/n"));
    BOOST_TEST(drain(list) == (Numbers{1, 2, 3, 4}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(items_come_before_the_error_behind_them) {
    answer(Answer(200, "[1,2]", {{"Link", "<https://hub.test/api/n?p=2>; rel=\"next\""}}));
    answer(Answer(404, "", {{"X-Error-Code", "RepoNotFound"}}));
    auto list = session().list<std::int64_t>(get("/api/n"));
    BOOST_TEST(run(list.next()).value() == 1);
    BOOST_TEST(run(list.next()).value() == 2);
    BOOST_CHECK_THROW(run(list.next()), RepositoryNotFoundError);
    BOOST_TEST(!run(list.next()).has_value());
}

BOOST_AUTO_TEST_CASE(a_cursor_resumes_within_a_page) {
    answer(Answer(200, "[1,2,3]", {{"Link", "<https://hub.test/api/n?p=2>; rel=\"next\""}}));
    answer(Answer(200, "[4]"));
    std::string cursor;
    {
        auto list = session().list<std::int64_t>(get("/api/n"));
        run(list.next());
        run(list.next());
        cursor = list.cursor();
    }
    answer(Answer(200, "[1,2,3]", {{"Link", "<https://hub.test/api/n?p=2>; rel=\"next\""}}));
    answer(Answer(200, "[4]"));
    auto list = session().list<std::int64_t>(get("/api/n"), {.cursor = cursor});
    BOOST_TEST(drain(list) == (Numbers{3, 4}), boost::test_tools::per_element());
    BOOST_CHECK_THROW(session().list<std::int64_t>(get("/api/n"), {.cursor = "nonsense"}), HFValidationError);
}

BOOST_AUTO_TEST_CASE(stats_tell_what_is_left_of_each_quota) {
    const Session s = session();
    BOOST_TEST(s.stats().quotas.empty());
    const net::Fields::Field policy{"RateLimit-Policy", "\"fixed window\";\"api\";q=500;w=300"};
    answer(Answer(200, "{}", {{"RateLimit", "\"api\";r=321;t=55"}, policy}));
    run(s.send(get("/api/a")));
    answer(Answer(200, "{}"));
    run(s.send(get("/api/b").anonymous().bucket(Bucket::pages)));
    const SessionStats stats = s.stats();
    BOOST_TEST_REQUIRE(stats.quotas.size() == 2u);
    BOOST_TEST(to_string(stats.quotas[0].bucket) == "api");
    BOOST_TEST(!stats.quotas[0].anonymous);
    BOOST_TEST(stats.quotas[0].stats.remaining == 321u);
    BOOST_TEST(stats.quotas[0].stats.quota == 500u);
    BOOST_TEST(to_string(stats.quotas[1].bucket) == "pages");
    BOOST_TEST(stats.quotas[1].anonymous);
    BOOST_TEST(stats.quotas[1].stats.admitted == 1u);
}

BOOST_AUTO_TEST_CASE(a_wrong_element_names_its_path) {
    answer(Answer(200, R"([{"oid":1}])"));
    auto list = session().list<std::string>(get("/api/n"));
    BOOST_CHECK_THROW(run(list.next()), InvalidResponseError);
}

BOOST_AUTO_TEST_SUITE_END()
