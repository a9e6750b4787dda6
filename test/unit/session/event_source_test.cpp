#include "fake_transport.hpp"
#include "session_fixture.hpp"

#include <hf/hf_api.hpp>

#include <boost/test/unit_test.hpp>

using namespace hf;
using hf::test::Answer;
namespace asio = boost::asio;

namespace {

struct Fixture : test::SessionFixture {
    std::shared_ptr<test::FakeTransport> transport = std::make_shared<test::FakeTransport>();
    std::shared_ptr<test::FakeClock> clock = std::make_shared<test::FakeClock>();
    HfApi api{session_on(transport, clock)};

    void answer(Answer answer) { transport->answers.push_back(std::move(answer)); }
    void say_stage(const std::string& stage) { answer(Answer(200, R"({"status":{"stage":")" + stage + R"("}})")); }

    /// A log of numbered lines, one a second.
    static std::string lines(int first, int last) {
        std::string out;
        for (int i = first; i <= last; ++i)
            out += R"(data: {"data":")" + std::to_string(i) + R"(","timestamp":"2026-01-01T00:00:0)" +
                   std::to_string(i) + "Z\"}\n\n";
        return out;
    }
    std::string follow_job(std::optional<std::int64_t> tail = std::nullopt) {
        FetchJobLogsOptions options;
        options.follow = true;
        options.tail = tail;
        options.namespace_ = "acme";
        return read(api.fetch_job_logs("j", options));
    }
    std::string read(AsyncGenerator<std::string> log) { return run(read_impl(std::move(log))); }
    static asio::awaitable<std::string> read_impl(AsyncGenerator<std::string> log) {
        std::string out;
        while (auto line = co_await log.next()) out += *line;
        co_return out;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(event_source, Fixture)

BOOST_AUTO_TEST_CASE(a_log_cut_anywhere_is_given_once) {
    const std::string whole = lines(1, 4);
    for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
        answer(Answer(200, whole.substr(0, cut)).with_step(7).breaking());
        say_stage("RUNNING");
        answer(Answer(200, whole));
        say_stage("COMPLETED");
        BOOST_TEST(follow_job() == "1234");
        BOOST_TEST(transport->answers.empty());
    }
}

BOOST_AUTO_TEST_CASE(a_tail_goes_on_behind_its_last_line_wherever_it_is_cut) {
    const std::string tail = lines(3, 4);
    for (std::size_t cut = lines(3, 3).size(); cut <= tail.size(); ++cut) {
        answer(Answer(200, tail.substr(0, cut)).breaking());
        say_stage("RUNNING");
        answer(Answer(200, lines(1, 5)));
        say_stage("COMPLETED");
        BOOST_TEST(follow_job(2) == "345");
    }
}

BOOST_AUTO_TEST_CASE(failures_count_in_a_row) {
    for (int round = 1; round <= 8; ++round) {
        answer(Answer(200, lines(1, round)).breaking());
        say_stage("RUNNING");
    }
    answer(Answer(200, lines(1, 8)));
    say_stage("DELETED");
    BOOST_TEST(follow_job() == "12345678");

    for (int i = 0; i < 6; ++i) {
        answer(Answer(200, "").refusing());
        if (i < 5) say_stage("RUNNING");
    }
    BOOST_CHECK_THROW(follow_job(), ConnectionError);
    BOOST_TEST(transport->answers.empty());
}

BOOST_AUTO_TEST_CASE(what_is_no_line_is_left_out) {
    answer(Answer(200, "data: {\"data\": 5}\n\ndata: {broken\n\ndata: {\"x\":1}\n\n" + lines(1, 1)));
    int warnings = 0;
    api.session().on_warning([&](std::string_view) { ++warnings; });
    BOOST_TEST(read(api.fetch_space_logs("acme/s")) == "1");
    BOOST_TEST(warnings == 3);
}

BOOST_AUTO_TEST_CASE(what_is_no_line_comes_again_and_nothing_is_given_twice) {
    const std::string log = lines(1, 2) + "data: {broken\n\n" + lines(3, 4);
    int warnings = 0;
    api.session().on_warning([&](std::string_view) { ++warnings; });
    for (int i = 0; i < 4; ++i) {
        answer(Answer(200, log));
        say_stage("RUNNING");
        say_stage("RUNNING");
    }
    answer(Answer(200, log + lines(5, 5)));
    say_stage("COMPLETED");
    BOOST_TEST(follow_job() == "12345");
    BOOST_TEST(warnings == 1);
}

BOOST_AUTO_TEST_CASE(a_line_without_end_is_an_error) {
    answer(Answer(200, "data: {" + std::string(5u << 20, 'x')));
    BOOST_CHECK_THROW(read(api.fetch_space_logs("acme/s")), ResponseTooLargeError);
}

BOOST_AUTO_TEST_CASE(the_consumer_may_leave_and_nothing_is_asked_of_the_sessions_retries) {
    answer(Answer(500, "no"));
    BOOST_CHECK_THROW(read(api.fetch_space_logs("acme/s")), HfHubHTTPError);
    BOOST_TEST(transport->requests.size() == 1u);
    BOOST_TEST(transport->field(0, "Accept").value() == "text/event-stream");
    BOOST_TEST(transport->requests[0].timeouts.min_rate == 0u);
}

BOOST_AUTO_TEST_CASE(bad_arguments_are_refused_at_once) {
    BOOST_CHECK_THROW(api.fetch_job_logs("", {}), HFValidationError);
    BOOST_CHECK_THROW(api.fetch_job_logs("j", {.tail = -1}), HFValidationError);
    BOOST_CHECK_THROW(run(api.wait_for_job("j", {.poll_interval = 0})), HFValidationError);
    BOOST_CHECK_THROW(run(api.wait_for_space("a/b", {.timeout = -1})), HFValidationError);
    BOOST_TEST(transport->requests.empty());
}

BOOST_AUTO_TEST_SUITE_END()
