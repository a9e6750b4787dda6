#include "engine/download/stream_tuner.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

using hf::StreamTuner;

BOOST_AUTO_TEST_SUITE(stream_tuner)

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
