#include "engine/download/part_plan.hpp"
#include "byte_range_text.hpp"

#include <boost/test/unit_test.hpp>

#include <numeric>
#include <random>
#include <vector>

using hf::ByteRange;
using hf::PartPlan;
using hf::RangeSet;

BOOST_AUTO_TEST_SUITE(part_plan)

namespace {
constexpr std::uint64_t mib = 1u << 20;
}

BOOST_AUTO_TEST_CASE(parts_cover_the_file_once_and_from_the_front) {
    PartPlan plan(100 * mib + 3, 16 * mib);
    std::uint64_t expected = 0;
    while (auto part = plan.take(4)) {
        BOOST_TEST(part->begin == expected);
        BOOST_TEST(part->size() <= 16 * mib + mib);
        expected = part->end;
        plan.wrote(*part);
        plan.give_back(*part);
    }
    BOOST_TEST(expected == 100 * mib + 3);
    BOOST_TEST(plan.complete());
}

BOOST_AUTO_TEST_CASE(parts_shrink_towards_the_end) {
    PartPlan plan(128 * mib, 16 * mib);
    std::vector<std::uint64_t> sizes;
    while (auto part = plan.take(8)) sizes.push_back(part->size());
    BOOST_TEST(sizes.front() == 8 * mib);
    BOOST_TEST(sizes.back() <= 3 * mib);
    BOOST_TEST(sizes.back() >= mib);
    BOOST_TEST(!plan.complete());
}

BOOST_AUTO_TEST_CASE(what_a_failed_part_lacks_is_handed_out_again) {
    PartPlan plan(64 * mib, 16 * mib);
    const auto first = plan.take(4);
    const auto second = plan.take(4);
    BOOST_REQUIRE(first && second);
    plan.wrote({first->begin, first->begin + 5});
    plan.give_back(*first);
    BOOST_TEST(plan.prefix() == 5u);
    const auto again = plan.take(4);
    BOOST_REQUIRE(again);
    BOOST_TEST(again->begin == 5u);
    BOOST_TEST(again->end <= second->begin);
}

BOOST_AUTO_TEST_CASE(what_an_earlier_run_kept_is_not_asked_again) {
    RangeSet kept;
    kept.add({0, 10 * mib});
    kept.add({20 * mib, 30 * mib});
    PartPlan plan(40 * mib, 16 * mib, kept);
    std::uint64_t asked = 0;
    while (auto part = plan.take(1)) {
        BOOST_TEST(plan.done().first_gap(part->begin, part->end) == *part);
        asked += part->size();
    }
    BOOST_TEST(asked == 20 * mib);
    plan.restart();
    BOOST_TEST(plan.prefix() == 0u);
}

BOOST_AUTO_TEST_CASE(an_empty_file_needs_no_part) {
    PartPlan plan(0, 16 * mib);
    BOOST_TEST(!plan.take(1));
    BOOST_TEST(plan.complete());
}

BOOST_AUTO_TEST_SUITE_END()
