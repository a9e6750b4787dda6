#include "workflow/snapshot_listing.hpp"

#include "session/long_answer.hpp"
#include "workflow/snapshot_args.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <exception>
#include <functional>
#include <string>
#include <vector>

using namespace hf;
namespace asio = boost::asio;

namespace {

// Each look at the clock takes a fifth of a slice.
Slice::Clock::time_point slow_now() {
    static Slice::Clock::time_point now;
    return now += Slice::length / 5;
}

struct Fixture {
    /// Runs `work`; how many turns of the loop it took.
    std::size_t turns_of(const std::function<asio::awaitable<void>()>& work) {
        std::exception_ptr failure;
        asio::co_spawn(context, work(), [&](std::exception_ptr error) { failure = error; });
        const std::size_t turns = context.run();
        context.restart();
        if (failure) std::rethrow_exception(failure);
        return turns;
    }

    asio::io_context context{1};
    Slice slice{&slow_now};
};

const std::string commit(40, 'c'), git(40, 'a');
constexpr std::size_t many = 20'000;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(snapshot_listing, Fixture)

BOOST_AUTO_TEST_CASE(what_a_listing_lacks_is_found_in_many_turns) {
    SnapshotHead head;
    SnapshotListing listing(commit);
    for (std::size_t i = 0; i < many; ++i) {
        head.siblings.push_back("file-" + std::to_string(i));
        if (i != 777) listing.add(SnapshotFile(head.siblings.back(), git, 1, false));
    }
    std::vector<FileFailure> lacking;
    const auto turns =
        turns_of([&]() -> asio::awaitable<void> { lacking = co_await find_lacking(head, listing, slice); });
    BOOST_REQUIRE(lacking.size() == 1u);
    BOOST_TEST(lacking[0].path == "file-777");
    BOOST_TEST(turns > 3 * many / 16 / 6);
}

BOOST_AUTO_TEST_CASE(patterns_that_match_nothing_are_found_in_many_turns) {
    const PatternFilter filter(std::vector<std::string>{"*.bin", "file-19999", "b*"}, std::vector<std::string>{"x"});
    std::vector<std::string> paths;
    for (std::size_t i = 0; i < many; ++i) paths.push_back("file-" + std::to_string(i));
    const std::vector<std::string_view> views(paths.begin(), paths.end());
    std::vector<std::string> unmatched;
    const auto turns =
        turns_of([&]() -> asio::awaitable<void> { unmatched = co_await unmatched_in_slices(filter, views, slice); });
    BOOST_TEST(unmatched == filter.unmatched(views), boost::test_tools::per_element());
    BOOST_TEST((unmatched == std::vector<std::string>{"*.bin", "b*", "x"}));
    BOOST_TEST(turns > many / 64 / 6);
}

BOOST_AUTO_TEST_CASE(a_long_answer_is_parsed_in_many_turns_as_in_one) {
    std::string text = R"({"sha":"x","siblings":[)";
    for (std::size_t i = 0; i < many; ++i)
        text += (i ? R"(,{"rfilename":"f)" : R"({"rfilename":"f)") + std::to_string(i) + R"("})";
    text += "]} \n";
    const auto parse = [&](const std::string& of) {
        json::value value;
        const auto turns =
            turns_of([&]() -> asio::awaitable<void> { value = co_await parse_in_slices(of, {}, slice); });
        BOOST_TEST((value == json::parse(of)));
        return turns;
    };
    BOOST_TEST(parse(text) > text.size() / (16u << 10) / 6);
    parse("[1, 2.5, \"a\\ud83d\"]");  // half a character is mended
    parse("null");
    const std::vector<std::string> wrong_ones{"", "{", "[1,]", "[1] 2", "[1}", text.substr(0, text.size() / 2)};
    for (const std::string& wrong : wrong_ones)
        BOOST_CHECK_THROW(parse(wrong), InvalidResponseError);
}

BOOST_AUTO_TEST_SUITE_END()
