#include "hub_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <thread>

using namespace hf;
namespace asio = boost::asio;

namespace {

struct Fixture : private test::TemporaryFolder, public test::HubFixture {
    Fixture() : HubFixture(LocalHubConfig(path() / "hub")) { run(api.create_repo("julien/m")); }
};

asio::awaitable<std::size_t> read_a_little(Session session) {
    Request request = get("/julien/m/resolve/main/large.bin");
    request.bucket(Bucket::resolvers).decompress(false);
    Stream stream = co_await session.open(std::move(request));
    std::vector<char> buffer(1000);
    const std::size_t got = co_await stream.response.body->read_some(asio::buffer(buffer));
    co_return got;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(counters, Fixture)

BOOST_AUTO_TEST_CASE(what_was_sent_to_a_client_that_left_counts) {
    constexpr std::size_t size = 30'000'000;  // more than sockets hold
    run(api.upload_file(UploadContent::from_bytes(test::noise(size, 1)), "large.bin", "julien/m"));
    count_anew();
    BOOST_TEST(run(read_a_little(session())) > 0u);
    for (int i = 0; i < 500 && requests("lfs_download") == 0; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    BOOST_TEST(requests("lfs_download") == 1u);
    const auto sent = hub.counters().bytes_sent;
    BOOST_TEST(sent > 1000u);
    BOOST_TEST(sent < size);
}

BOOST_AUTO_TEST_CASE(likes_within_a_millisecond_keep_their_order) {
    const std::vector<std::string> names{"ann", "bob", "cem", "dora", "eve", "fay", "gil", "hana"};
    for (const std::string& name : names) {
        hub.add_user(name, "hf_" + name);
        run(api.like("julien/m", {.token = "hf_" + name}));
    }
    std::vector<std::string> seen;
    for (const User& user : run(api.list_repo_likers("julien/m").collect())) seen.insert(seen.begin(), user.username);
    BOOST_TEST(seen == names, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
