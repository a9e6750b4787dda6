#include "engine/files/range_set.hpp"
#include "byte_range_text.hpp"

#include <boost/test/unit_test.hpp>

#include <random>
#include <vector>

using hf::ByteRange;
using hf::RangeSet;

BOOST_AUTO_TEST_SUITE(range_set)

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

BOOST_AUTO_TEST_SUITE_END()
