// Servers that break off, trickle and never come to an end.
#include "download_scene.hpp"

#include <boost/test/unit_test.hpp>

using namespace hf;

namespace {

/// Time runs a thousand times as fast as it is waited for.
class FastClock final : public Clock {
public:
    std::chrono::steady_clock::time_point now() const override {
        const auto real = std::chrono::steady_clock::now();
        return real + (real - start_) * 1000;
    }
    std::chrono::system_clock::time_point system_now() const override { return std::chrono::system_clock::now(); }
    double random() override { return 0.5; }
    boost::asio::awaitable<void> sleep(std::chrono::milliseconds duration) override { return hasty_.sleep(duration); }

private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    test::HastyClock hasty_;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(hostile_slow, test::DownloadScene)

BOOST_AUTO_TEST_CASE(a_transfer_that_always_breaks_at_the_same_place_ends) {
    for (const std::size_t size : {50'000u, 2u << 20, 6u << 20}) {
        BOOST_TEST_CONTEXT(size) {
            content = noise(size);
            whole_gets = ranged_gets = 0;
            serve = [&](auto) { return broken(whole(), size / 2); };
            BOOST_CHECK_THROW(download(), ConnectionError);
            BOOST_TEST(gets() <= 6u);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_transfer_that_breaks_a_little_later_each_time_ends) {
    content = noise(2u << 20);
    std::size_t after = 100'000;
    serve = [&](auto) { return broken(whole(), after += 80'000); };
    BOOST_CHECK_THROW(download(), ConnectionError);
    BOOST_TEST(gets() <= 12u);
}

BOOST_AUTO_TEST_CASE(a_transfer_that_brings_less_than_64_KiB_at_a_time_ends_where_it_gets_no_further) {
    serve = [&](std::optional<Range> range) {
        const std::uint64_t begin = range ? range->begin : 0;
        return broken(range ? part(*range) : whole(), begin > 1'000'000 ? 10 : 100'000);
    };
    BOOST_CHECK_THROW(download(), ConnectionError);
    BOOST_TEST(gets() < 30u);
}

BOOST_AUTO_TEST_CASE(a_transfer_that_brings_something_each_time_arrives) {
    content = noise(2u << 20);
    serve = [&](std::optional<Range> range) { return broken(range ? part(*range) : whole(), 40'000); };
    BOOST_TEST((read(download().path) == content));
}

BOOST_AUTO_TEST_CASE(a_transfer_that_trickles_ends_when_patience_does) {
    transfers.patience = std::chrono::seconds(200);
    serve = [&](std::optional<Range> range) {
        auto out = range ? part(*range) : whole();
        out.stall_after = 10'000;
        out.stall = std::chrono::milliseconds(300);
        return out;
    };
    SessionConfig config;
    const std::string url = endpoint();
    const Environment variables([](const std::string&) { return std::optional<std::string>(); }, home.string());
    config.endpoint = url;
    config.environment = &variables;
    const HfApi api(Session(context.get_executor(), config, nullptr, std::make_shared<FastClock>()));
    HfApi copy = api;
    copy.configure_transfers(transfers);
    const std::string cache = (path() / "cache").string();
    HfHubDownloadOptions options;
    options.cache_dir = cache;
    BOOST_CHECK_THROW(run(copy.download_file("me/repo", "f.bin", options)), ConnectionError);
    BOOST_TEST(gets() <= 6u);
}

BOOST_AUTO_TEST_CASE(content_that_is_always_wrong_is_fetched_twice) {
    serve = [&](std::optional<Range> range) {
        auto out = range ? part(*range) : whole();
        out.body.back() ^= 1;
        return out;
    };
    BOOST_CHECK_THROW(download(), IntegrityError);
    BOOST_TEST(gets() == 2u);
}

BOOST_AUTO_TEST_CASE(a_file_of_unknown_size_that_always_breaks_off_ends) {
    head_headers = {{"ETag", '"' + sha256_hex(content) + '"'}, {"X-Repo-Commit", commit},
                    {"Content-Encoding", "identity"}};
    serve = [&](auto) { return broken(whole(), 500'000); };
    BOOST_CHECK_THROW(download(), ConnectionError);
    BOOST_TEST(gets() <= 6u);
}

BOOST_AUTO_TEST_SUITE_END()
