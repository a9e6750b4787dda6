#include <hf/core/duration_arg.hpp>
#include <hf/core/error.hpp>
#include <hf/hf_api.hpp>

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>

using namespace hf;
using namespace std::chrono_literals;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::chrono::milliseconds century = std::chrono::hours(24 * 365 * 100);

template <class F>
bool refused(F f) {
    try {
        f();
    } catch (const HFValidationError& error) {
        return error.info().argument == "wait";
    }
    return false;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(duration_arg)

BOOST_AUTO_TEST_CASE(any_duration_any_number_or_nothing) {
    BOOST_TEST((DurationArg(1500ms).positive("wait") == 1500ms));
    BOOST_TEST((DurationArg(1500us).positive("wait") == 2ms));
    BOOST_TEST((DurationArg(2h).positive("wait") == 2h));
    BOOST_TEST((DurationArg(std::chrono::duration<float, std::ratio<60>>(0.5F)).positive("wait") == 30s));
    BOOST_TEST((DurationArg(2).positive("wait") == 2s));
    BOOST_TEST((DurationArg(2u).positive("wait") == 2s));
    BOOST_TEST((DurationArg(0.25).positive("wait") == 250ms));
    BOOST_TEST((DurationArg(1e-9).positive("wait") == 1ms));
    BOOST_TEST((DurationArg(std::optional<double>(3)).positive("wait") == 3s));
    BOOST_TEST((DurationArg(std::optional<std::chrono::seconds>(3s)).positive("wait") == 3s));
    for (const DurationArg& none : {DurationArg(), DurationArg(std::nullopt), DurationArg(std::optional<double>())}) {
        BOOST_TEST(!none.given());
        BOOST_TEST(!none.positive("wait"));
        BOOST_TEST(!none.not_negative("wait"));
        BOOST_TEST(!none.whole_seconds("wait"));
    }
}

BOOST_AUTO_TEST_CASE(no_number_overflows) {
    for (const DurationArg& long_time :
         {DurationArg(1e300), DurationArg(infinity), DurationArg(std::numeric_limits<std::int64_t>::max()),
          DurationArg(std::chrono::hours::max()), DurationArg(std::chrono::nanoseconds::max())}) {
        BOOST_TEST((long_time.positive("wait") == century));
        BOOST_TEST(
            (std::chrono::steady_clock::now() + *long_time.not_negative("wait") > std::chrono::steady_clock::now()));
    }
}

BOOST_AUTO_TEST_CASE(what_is_no_time_names_its_option) {
    for (const DurationArg& bad : {DurationArg(not_a_number), DurationArg(-1), DurationArg(-0.001), DurationArg(-5min),
                                   DurationArg(-infinity), DurationArg(std::chrono::hours::min())}) {
        BOOST_TEST(refused([&] { bad.positive("wait"); }));
        BOOST_TEST(refused([&] { bad.not_negative("wait"); }));
    }
    BOOST_TEST(refused([] { DurationArg(0).positive("wait"); }));
    BOOST_TEST((DurationArg(0).not_negative("wait") == 0ms));
}

BOOST_AUTO_TEST_CASE(whole_seconds_as_the_hub_counts_them) {
    BOOST_TEST(*DurationArg(-1).whole_seconds("wait") == -1);
    BOOST_TEST(*DurationArg(0).whole_seconds("wait") == 0);
    BOOST_TEST(*DurationArg(48h).whole_seconds("wait") == 172800);
    for (const DurationArg& bad : {DurationArg(not_a_number), DurationArg(-2), DurationArg(1.5), DurationArg(1500ms),
                                   DurationArg(1e300), DurationArg(infinity)})
        BOOST_TEST(refused([&] { bad.whole_seconds("wait"); }));
}

BOOST_AUTO_TEST_CASE(options_take_them) {
    InfoOptions info{.timeout = 2.5, .deadline = 10s};
    BOOST_TEST((info.timeout.positive("timeout") == 2500ms));
    info.timeout = std::nullopt;
    BOOST_TEST(!info.timeout);
    const std::optional<double> from_elsewhere = 4;
    info.timeout = from_elsewhere;
    BOOST_TEST(info.timeout.seconds() == 4.0);
    const RequestSpaceHardwareOptions hardware{.sleep_time = 30min};
    BOOST_TEST(*hardware.sleep_time.whole_seconds("sleep_time") == 1800);
    const WaitOptions wait{.timeout = 3, .refresh_every = 100ms};
    BOOST_TEST((wait.refresh_every.positive("refresh_every") == 100ms));
}

BOOST_AUTO_TEST_SUITE_END()
