#include "engine/download/call_budget.hpp"

#include <boost/test/unit_test.hpp>

using hf::ByteRange;
using hf::CallBudget;
using hf::RangeSet;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t step = CallBudget::step;
const CallBudget::Time start{1000s};

int asked_in_a_row(CallBudget& budget) {
    int out = 0;
    while (budget.ask()) ++out;
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(call_budget)

BOOST_AUTO_TEST_CASE(requests_that_bring_nothing_are_counted_in_proportion_to_the_plan) {
    CallBudget small(1, RangeSet(), 10min), large(100, RangeSet(), 10min);
    BOOST_TEST(asked_in_a_row(small) == 36);
    BOOST_TEST(asked_in_a_row(large) == 432);
}

BOOST_AUTO_TEST_CASE(a_step_of_new_bytes_counts_anew) {
    CallBudget budget(1, RangeSet(), 10min);
    for (std::uint64_t at = 0; at < 1000 * step; at += step / 16) {
        BOOST_REQUIRE(budget.ask());
        BOOST_TEST(budget.kept({at, at + step / 16}, start) == ((at + step / 16) % step == 0));
    }
}

BOOST_AUTO_TEST_CASE(bytes_that_were_kept_before_are_no_progress) {
    RangeSet left;
    left.add({0, 10 * step});
    CallBudget budget(1, left, 10min);
    BOOST_TEST(!budget.kept({0, 10 * step}, start));
    BOOST_TEST(!budget.kept({10 * step, 11 * step - 1}, start));
    BOOST_TEST(!budget.kept({0, 11 * step - 1}, start));
    BOOST_TEST(budget.kept({0, 11 * step}, start));
    BOOST_TEST(!budget.kept({0, 11 * step}, start));
}

BOOST_AUTO_TEST_CASE(restarts_are_bounded_in_a_row_and_altogether) {
    CallBudget budget(1, RangeSet(), 10min);
    for (int i = 0; i < 3; ++i) BOOST_TEST(budget.restart());
    BOOST_TEST(!budget.restart());

    CallBudget advancing(1, RangeSet(), 10min);
    int restarts = 0;
    while (advancing.restart() && restarts < 100) {
        ++restarts;
        advancing.kept({0, restarts * step}, start);
    }
    BOOST_TEST(restarts == 8);
}

BOOST_AUTO_TEST_CASE(time_runs_only_while_somebody_reads_and_nothing_comes) {
    CallBudget budget(1, RangeSet(), 10min);
    BOOST_TEST(budget.is_patient(start + 24h));
    budget.begin_reading(start);
    budget.begin_reading(start + 1min);
    BOOST_TEST(budget.is_patient(start + 10min));
    BOOST_TEST(!budget.is_patient(start + 11min));
    BOOST_TEST(!budget.kept({0, step - 1}, start + 9min));
    BOOST_TEST(!budget.is_patient(start + 11min));
    BOOST_TEST(budget.kept({0, step}, start + 9min));
    BOOST_TEST(budget.is_patient(start + 19min));
    budget.end_reading(start + 10min);
    budget.end_reading(start + 15min);
    BOOST_TEST(budget.is_patient(start + 240h));  // in a queue
    budget.begin_reading(start + 240h);
    BOOST_TEST(budget.is_patient(start + 240h + 4min));
    BOOST_TEST(!budget.is_patient(start + 240h + 5min));
}

BOOST_AUTO_TEST_SUITE_END()
