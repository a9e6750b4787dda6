
#include "net/policy/retry.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

using namespace std::chrono_literals;
namespace net = hf::net;

namespace {

const net::Clock::time_point start{1000s};
// Sun, 06 Nov 1994 08:49:07 GMT: thirty seconds before RFC 9110's example date.
const std::chrono::system_clock::time_point november{784111747s};

net::Outcome answer(unsigned status, std::optional<std::chrono::milliseconds> retry_after = std::nullopt) {
    net::Outcome outcome;
    outcome.status = status;
    outcome.retry_after = retry_after;
    return outcome;
}

net::Outcome failure(net::Outcome::Kind kind) {
    net::Outcome outcome;
    outcome.kind = kind;
    return outcome;
}

template <class E>
E network_error(std::string argument = {}, bool unsent = false) {
    hf::ErrorInfo info;
    info.argument = std::move(argument);
    info.unsent = unsent;
    return E(std::move(info));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(net_retry)

BOOST_AUTO_TEST_CASE(retry_after_in_both_forms) {
    struct Row {
        std::string_view text;
        std::optional<std::chrono::milliseconds> expected;
    };
    const Row rows[] = {
        {"0", 0ms},
        {" 120 ", 120s},
        {"Sun, 06 Nov 1994 08:49:37 GMT", 30s},
        {"Sunday, 06-Nov-94 08:49:37 GMT", 30s},
        {"Sun Nov  6 08:49:37 1994", 30s},
        {"Sun Nov 16 08:49:07 1994", 240h},
        {"Sun, 06 Nov 1994 08:49:00 GMT", 0ms},  // past
        {"99999999999999999999999", 8760h},
        {"", std::nullopt},
        {"-5", std::nullopt},
        {"1.5", std::nullopt},
        {"soon", std::nullopt},
        {"Sun, 31 Feb 1994 08:49:37 GMT", std::nullopt},
        {"Sun, 06 Nov 1994 24:49:37 GMT", std::nullopt},
        {"Sun, 06 Nov 1994 08:49:37 CET", std::nullopt},
        {"Sun, 06 Nov 1994 08:49:37 GMT x", std::nullopt},
        {"Su", std::nullopt},
    };
    for (const auto& row : rows) {
        BOOST_TEST_CONTEXT("'" << row.text << "'") {
            BOOST_TEST((net::parse_retry_after(row.text, november) == row.expected));
        }
    }
}

BOOST_AUTO_TEST_CASE(two_digit_years_lie_within_fifty_years) {
    const std::chrono::system_clock::time_point now = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);
    BOOST_TEST(net::parse_retry_after("Thursday, 01-Jan-26 00:00:10 GMT", now)->count() == 10'000);
    BOOST_TEST(net::parse_retry_after("Sunday, 06-Nov-94 08:49:37 GMT", now)->count() == 0);
}

BOOST_AUTO_TEST_CASE(backoff_doubles_with_full_jitter_up_to_its_cap) {
    net::RetryPolicy policy;
    policy.max_attempts = 9;
    policy.base_delay = 500ms;
    policy.max_delay = 3s;
    net::RetryState state(policy, true, start);
    for (const int expected : {250, 500, 1000, 1500, 1500})
        BOOST_TEST(state.next(answer(503), start, 0.5)->count() == expected);
    BOOST_TEST(state.next(answer(503), start, 0.0)->count() == 0);
    BOOST_TEST(state.attempts() == 6);
}

BOOST_AUTO_TEST_CASE(attempts_are_capped) {
    net::RetryPolicy policy;
    policy.max_attempts = 3;
    net::RetryState state(policy, true, start);
    BOOST_TEST(state.next(answer(500), start, 0.1).has_value());
    BOOST_TEST(state.next(answer(500), start, 0.1).has_value());
    BOOST_TEST(!state.next(answer(500), start, 0.1).has_value());
}

BOOST_AUTO_TEST_CASE(no_attempt_starts_after_the_deadline) {
    net::RetryPolicy policy;
    policy.total = 10s;
    net::RetryState state(policy, true, start);
    BOOST_TEST(state.next(answer(503, 9s), start, 0.0).has_value());
    BOOST_TEST(!state.next(answer(503, 9s), start + 9s, 0.0).has_value());
}

BOOST_AUTO_TEST_CASE(retry_after_is_obeyed_and_only_lengthened) {
    net::RetryState state(net::RetryPolicy(), true, start);
    BOOST_TEST(state.next(answer(429, 60s), start, 0.0)->count() == 60'000);
    const auto jittered = state.next(answer(429, 60s), start, 0.99)->count();
    BOOST_TEST(jittered > 60'000);
    BOOST_TEST(jittered <= 60'500);
    BOOST_TEST(!state.next(answer(429, 1h), start, 0.0).has_value());
}

BOOST_AUTO_TEST_CASE(what_may_be_repeated) {
    using Kind = net::Outcome::Kind;
    struct Row {
        net::Outcome outcome;
        bool idempotent, repeated;
    };
    const Row rows[] = {
        {answer(408), true, true},
        {answer(429), true, true},
        {answer(500), true, true},
        {answer(502), true, true},
        {answer(503), true, true},
        {answer(504), true, true},
        {answer(200), true, false},
        {answer(404), true, false},
        {answer(501), true, false},
        {answer(500), false, false},
        {answer(504, 1s), false, false},
        {answer(429), false, false},
        {answer(429, 1s), false, true},
        {answer(503, 1s), false, true},
        {failure(Kind::unsent), false, true},
        {failure(Kind::unsent), true, true},
        {failure(Kind::broken), true, true},
        {failure(Kind::broken), false, false},
        {failure(Kind::permanent), true, false},
    };
    for (const auto& row : rows) {
        BOOST_TEST_CONTEXT("status " << row.outcome.status << " kind " << static_cast<int>(row.outcome.kind)) {
            net::RetryState state(net::RetryPolicy(), row.idempotent, start);
            BOOST_TEST(state.next(row.outcome, start, 0.5).has_value() == row.repeated);
        }
    }
    net::RetryPolicy policy;
    policy.connect_errors = false;
    BOOST_TEST(!net::RetryState(policy, true, start).next(failure(Kind::unsent), start, 0.5).has_value());
    policy.statuses.erase(503);
    BOOST_TEST(!net::RetryState(policy, true, start).next(answer(503), start, 0.5).has_value());
}

BOOST_AUTO_TEST_CASE(errors_become_outcomes) {
    using Kind = net::Outcome::Kind;
    const auto kind = [](const hf::Error& error) { return net::Outcome::of_error(error).kind; };
    BOOST_TEST((kind(network_error<hf::ConnectionError>()) == Kind::broken));
    BOOST_TEST((kind(network_error<hf::ConnectionError>({}, true)) == Kind::unsent));
    BOOST_TEST((kind(network_error<hf::TimeoutError>("stall")) == Kind::broken));
    BOOST_TEST((kind(network_error<hf::TimeoutError>("connect", true)) == Kind::unsent));
    BOOST_TEST((kind(network_error<hf::TimeoutError>("total")) == Kind::permanent));
    BOOST_TEST((kind(network_error<hf::TlsError>({}, true)) == Kind::permanent));
    BOOST_TEST((kind(network_error<hf::ProtocolError>()) == Kind::permanent));
    BOOST_TEST((kind(network_error<hf::OfflineModeIsEnabled>()) == Kind::permanent));
    BOOST_TEST((kind(network_error<hf::HFValidationError>()) == Kind::permanent));
}

BOOST_AUTO_TEST_CASE(answers_become_outcomes) {
    net::Fields fields;
    fields.add("retry-after", "7");
    const auto outcome = net::Outcome::of_answer(429, fields, november);
    BOOST_TEST((outcome.kind == net::Outcome::Kind::answered));
    BOOST_TEST(outcome.retry_after->count() == 7000);
}

BOOST_AUTO_TEST_CASE(budget_lets_a_fifth_through) {
    net::RetryBudget budget(0.2, 0.0, start);
    BOOST_TEST(!budget.try_take(start));
    for (int i = 0; i < 11; ++i) budget.on_request();
    BOOST_TEST(budget.try_take(start));
    BOOST_TEST(budget.try_take(start));
    BOOST_TEST(!budget.try_take(start));
    for (int i = 0; i < 100'000; ++i) budget.on_request();
    int taken = 0;
    while (budget.try_take(start)) ++taken;
    BOOST_TEST(taken == 100);
}

BOOST_AUTO_TEST_CASE(budget_always_has_a_minimum_per_second) {
    net::RetryBudget budget(0.2, 10, start);
    const auto drain = [&](net::Clock::time_point now) {
        int taken = 0;
        while (budget.try_take(now)) ++taken;
        return taken;
    };
    BOOST_TEST(drain(start) == 10);
    BOOST_TEST(drain(start + 500ms) == 5);
    BOOST_TEST(drain(start + 1h) == 10);
}

BOOST_AUTO_TEST_SUITE_END()
