#include "engine/download/part_plan.hpp"

#include <boost/test/unit_test.hpp>

#include <numeric>
#include <random>
#include <vector>

using hf::ByteRange;
using hf::PartPlan;
using hf::RangeSet;
using hf::StreamTuner;

namespace hf {
std::ostream& operator<<(std::ostream& out, const ByteRange& r) { return out << '[' << r.begin << ',' << r.end << ')'; }
}  // namespace hf

BOOST_AUTO_TEST_SUITE(part_plan)

namespace {
constexpr std::uint64_t mib = 1u << 20;
}

BOOST_AUTO_TEST_CASE(ranges_melt_together) {
    RangeSet set;
    set.add({10, 20});
    set.add({30, 40});
    set.add({5, 5});
    BOOST_TEST(set.ranges().size() == 2u);
    BOOST_TEST(set.run_end(10) == 20u);
    BOOST_TEST(set.run_end(20) == 20u);
    BOOST_TEST(set.run_end(0) == 0u);
    BOOST_TEST(set.first_gap(0, 100) == (ByteRange{0, 10}));
    BOOST_TEST(set.first_gap(12, 100) == (ByteRange{20, 30}));
    BOOST_TEST(set.first_gap(32, 40).empty());
    set.add({20, 30});
    BOOST_TEST(set.ranges().size() == 1u);
    set.add({0, 100});
    BOOST_TEST(set.ranges().front() == (ByteRange{0, 100}));
    BOOST_TEST(set.total() == 100u);
}

BOOST_AUTO_TEST_CASE(ranges_agree_with_a_bitmap) {
    std::mt19937 random(7);
    for (int round = 0; round < 50; ++round) {
        RangeSet set;
        std::vector<bool> bitmap(200);
        for (int i = 0; i < 20; ++i) {
            const std::uint64_t begin = random() % 200, end = begin + random() % (201 - begin);
            set.add({begin, end});
            for (auto p = begin; p < end; ++p) bitmap[p] = true;
            BOOST_REQUIRE_EQUAL(set.total(),
                                static_cast<std::uint64_t>(std::count(bitmap.begin(), bitmap.end(), true)));
            for (std::uint64_t p = 0; p < 200; ++p) {
                std::uint64_t run = p;
                while (run < 200 && bitmap[run]) ++run;
                BOOST_REQUIRE_EQUAL(set.run_end(p), run);
                std::uint64_t gap_end = run;
                while (gap_end < 200 && !bitmap[gap_end]) ++gap_end;
                BOOST_REQUIRE_EQUAL(set.first_gap(p, 200), (ByteRange{run, gap_end}));
            }
        }
    }
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

namespace {

/// Plays a server whose total rate depends on the number of open streams.
template <class Rate>
std::vector<unsigned> simulate(StreamTuner& tuner, std::chrono::milliseconds duration, Rate rate) {
    using namespace std::chrono_literals;
    std::vector<unsigned> levels;
    StreamTuner::Time now{1h};
    unsigned open = tuner.level();
    double rest = 0;
    for (auto t = 0ms; t < duration; t += 5ms) {
        now += 5ms;
        rest += rate(open) * 0.005;
        const auto bytes = static_cast<std::uint64_t>(rest);
        rest -= static_cast<double>(bytes);
        tuner.on_bytes(bytes, open, now);
        if (tuner.level() > open) ++open;  // streams open one by one
        while (tuner.should_close(open)) --open;
        if (t.count() % 50 == 0 && open > tuner.level()) --open;  // others end with their part
        levels.push_back(tuner.level());
    }
    return levels;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_tuner_climbs_while_each_stream_is_capped) {
    using namespace std::chrono_literals;
    StreamTuner tuner(8, 32);
    const auto levels = simulate(tuner, 2s, [](unsigned open) { return 40e6 * open; });
    BOOST_TEST(tuner.level() == 32u);
    BOOST_TEST(levels[200] == 32u);  // within a second
}

BOOST_AUTO_TEST_CASE(the_tuner_stays_where_the_link_is_full) {
    using namespace std::chrono_literals;
    StreamTuner tuner(8, 32);
    simulate(tuner, 4s, [](unsigned open) { return std::min(40e6 * open, 320e6); });
    BOOST_TEST(tuner.level() == 8u);
}

BOOST_AUTO_TEST_CASE(the_tuner_backs_off_from_a_collapse_and_remembers) {
    using namespace std::chrono_literals;
    StreamTuner tuner(8, 64);
    const auto levels = simulate(tuner, 10s, [](unsigned open) { return open > 8 ? 1e6 : 40e6 * open; });
    BOOST_TEST(tuner.level() == 8u);
    const auto over = std::count_if(levels.begin(), levels.end(), [](unsigned level) { return level > 8; });
    BOOST_TEST(over * 5 < 1000);  // less than a second of ten
}

BOOST_AUTO_TEST_CASE(the_tuner_goes_down_where_it_started_too_high) {
    using namespace std::chrono_literals;
    StreamTuner tuner(8, 32);
    simulate(tuner, 5s, [](unsigned open) { return open > 3 ? 1e6 : 40e6 * open; });
    BOOST_TEST(tuner.level() <= 3u);
}

BOOST_AUTO_TEST_CASE(the_tuner_halves_when_goodput_breaks_down_later) {
    using namespace std::chrono_literals;
    StreamTuner tuner(8, 8);
    simulate(tuner, 1s, [](unsigned) { return 100e6; });
    BOOST_TEST(tuner.level() == 8u);
}

BOOST_AUTO_TEST_SUITE_END()
