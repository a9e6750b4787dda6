#include "engine/xet/recent_chunks.hpp"

#include "numbered_hash.hpp"
#include "session_fixture.hpp"
#include "temporary_folder.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace hf;
using hf::test::hash;

namespace {

struct Fixture : test::SessionFixture {
    std::shared_ptr<const File> file(const std::string& name) {
        return std::make_shared<const File>(File::open(folder.write(name, "content").string(), O_RDONLY));
    }
    /// `count` chunks of 100, 101, ... bytes.
    static RecentChunks::Run run_of(std::shared_ptr<const File> file, std::uint32_t first, unsigned count,
                                    std::uint64_t offset = 0) {
        RecentChunks::Run out{first, std::move(file), offset, {}};
        for (unsigned i = 0; i < count; ++i) out.chunks.push_back({hash(first + i), 100 + i});
        return out;
    }

    test::TemporaryFolder folder;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(recent_chunks, Fixture)

BOOST_AUTO_TEST_CASE(a_part_of_a_run_is_found_and_no_more) {
    RecentChunks recent;
    const auto a = file("a");
    recent.add(hash(200), run_of(a, 10, 5, 7000));
    const auto found = recent.find(hash(200), {11, 13});
    BOOST_TEST_REQUIRE(found.has_value());
    BOOST_TEST((found->file == a));
    BOOST_TEST(found->first == 11u);
    BOOST_TEST(found->offset == 7100u);
    BOOST_TEST(found->size() == 203u);
    BOOST_TEST((found->chunks[1].hash == hash(12)));
    BOOST_TEST(recent.find(hash(200), {10, 15}).has_value());
    BOOST_TEST(!recent.find(hash(200), {15, 16}).has_value());
    BOOST_TEST(!recent.find(hash(200), {9, 10}).has_value());
    BOOST_TEST(!recent.find(hash(201), {11, 13}).has_value());
}

BOOST_AUTO_TEST_CASE(the_begin_or_the_end_of_what_is_wanted_is_found) {
    RecentChunks recent;
    recent.add(hash(200), run_of(file("a"), 10, 5, 7000));
    const auto begin = recent.find(hash(200), {12, 30});
    BOOST_TEST_REQUIRE(begin.has_value());
    BOOST_TEST((begin->range() == xet::ChunkRange{12, 15}));
    BOOST_TEST(begin->offset == 7201u);
    const auto end = recent.find(hash(200), {0, 12});
    BOOST_TEST_REQUIRE(end.has_value());
    BOOST_TEST((end->range() == xet::ChunkRange{10, 12}));
    BOOST_TEST(end->offset == 7000u);
    BOOST_TEST(!recent.find(hash(200), {9, 16}).has_value());  // where they would lie nobody knows
    recent.add(hash(200), run_of(file("b"), 9, 7));
    BOOST_TEST((recent.find(hash(200), {9, 16})->range() == xet::ChunkRange{9, 16}));
    BOOST_TEST((recent.find(hash(200), {12, 30})->range() == xet::ChunkRange{12, 16}));  // the most
}

BOOST_AUTO_TEST_CASE(the_oldest_go_first) {
    RecentChunks recent(10, 2);
    recent.add(hash(200), run_of(file("a"), 0, 4));
    recent.add(hash(201), run_of(file("b"), 0, 4));
    BOOST_TEST(recent.find(hash(200), {0, 4}).has_value());
    recent.add(hash(202), run_of(file("c"), 0, 1));  // a third file
    BOOST_TEST(!recent.find(hash(200), {0, 4}).has_value());
    BOOST_TEST(recent.find(hash(201), {0, 4}).has_value());
    recent.add(hash(203), run_of(recent.find(hash(202), {0, 1})->file, 0, 6));  // eleven chunks
    BOOST_TEST(!recent.find(hash(201), {0, 4}).has_value());
    BOOST_TEST(recent.find(hash(202), {0, 1}).has_value());
    recent.add(hash(204), run_of(file("d"), 0, 11));  // more than there may be at all
    BOOST_TEST(!recent.find(hash(204), {0, 1}).has_value());
}

BOOST_AUTO_TEST_CASE(what_was_in_a_wrong_file_is_forgotten_and_it_is_closed) {
    RecentChunks recent;
    auto a = file("a");
    const std::weak_ptr<const File> open = a;
    recent.add(hash(200), run_of(a, 0, 4));
    recent.add(hash(201), run_of(file("b"), 0, 4));
    recent.add(hash(201), run_of(a, 4, 4));
    recent.forget(*a);
    a.reset();
    BOOST_TEST(open.expired());
    BOOST_TEST(!recent.find(hash(200), {0, 1}).has_value());
    BOOST_TEST(recent.find(hash(201), {0, 1}).has_value());
    BOOST_TEST(!recent.find(hash(201), {4, 5}).has_value());
}

BOOST_AUTO_TEST_CASE(the_same_chunks_are_fetched_by_one_at_a_time) {
    RecentChunks recent;
    std::vector<std::string> seen;
    const auto fetch = [&](std::string name, unsigned xorb, std::uint32_t first) -> boost::asio::awaitable<void> {
        const Semaphore::Ticket turn = co_await recent.turn(hash(xorb), first);
        seen.push_back(name + " begins");
        for (int i = 0; i < 3; ++i) co_await boost::asio::post(boost::asio::use_awaitable);
        seen.push_back(name + " ends");
    };
    boost::asio::io_context context;
    boost::asio::co_spawn(context, fetch("a", 1, 0), boost::asio::detached);
    boost::asio::co_spawn(context, fetch("b", 1, 0), boost::asio::detached);
    boost::asio::co_spawn(context, fetch("c", 1, 9), boost::asio::detached);
    context.run();
    const std::vector<std::string> right{"a begins", "c begins", "a ends", "c ends", "b begins", "b ends"};
    BOOST_TEST(seen == right, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
