// The client goes while uploads and downloads are under way.
#include "download_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <thread>

using namespace hf;
using namespace hf::test;
namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

std::string row(int number) { return "{\"row\": " + std::to_string(number) + "}\n"; }

struct Fixture : DownloadFixture {
    Fixture() {
        files = {{"README.md", "# Title\n"}, {"large.bin", noise(3'000'000, 1)}};
        for (int i = 0; i < 30; ++i) files["some/" + std::to_string(i) + ".json"] = row(i);
        publish(files);
        files[".gitattributes"] = content("julien/m", ".gitattributes");
        fs::create_directories(path() / "new/more");
        for (int i = 0; i < 20; ++i) std::ofstream(path() / "new/more" / std::to_string(i)) << row(100 + i);
        std::ofstream(path() / "new/weights.bin") << noise(3'000'000, 2);
        hub.set_scenario(slow());
        count_anew();
    }
    /// A second and more for a download and an upload, so that the middle of both is easily met.
    static Scenario slow() {
        Scenario out;
        out.latency = std::chrono::milliseconds(30);
        out.connection_bytes_per_second = 2'000'000;
        return out;
    }

    /// A download and an upload, started and seen to be in their middle.
    struct Work {
        std::future<std::string> download;
        std::future<CommitInfo> upload;
    };
    Work start(asio::io_context& on, const HfApi& from) const {
        return {asio::co_spawn(on, from.snapshot_download("julien/m"), asio::use_future),
                asio::co_spawn(on, from.upload_folder("julien/m", path() / "new"), asio::use_future)};
    }
    bool in_their_middle() {
        return events.count([](const RequestEvent& event) { return event.path.find("/resolve/") != event.path.npos; }) >
                   5 &&
               events.count([](const RequestEvent& event) { return event.path.ends_with("/objects/batch"); }) > 0;
    }
    void run_into_their_middle(asio::io_context& on) {
        for (int i = 0; i < 5'000 && !in_their_middle(); ++i) {
            on.restart();
            on.run_for(std::chrono::milliseconds(2));
        }
        BOOST_REQUIRE(in_their_middle());
    }

    std::size_t commits() {
        hub.set_scenario(Scenario());
        return history("julien/m");
    }
    /// Nothing was half-written, and the next client does all of it.
    void nothing_is_lost_or_half_written() {
        BOOST_TEST(commits() == 2u);
        BOOST_TEST(blobs_are_sound(repo_folder()));
        const fs::path snapshots = repo_folder() / "snapshots";
        for (const std::string& name : files_below(snapshots)) {
            const std::string file = name.substr(name.find('/') + 1);
            BOOST_TEST((read_file(snapshots / name) == files.at(file)));
        }
        HfApi next = client();
        BOOST_TEST(holds(run(next.snapshot_download("julien/m")), files));
        run(next.upload_folder("julien/m", path() / "new"));
        BOOST_TEST(commits() == 3u);
        BOOST_TEST((content("julien/m", "weights.bin") == read_file(path() / "new/weights.bin")));
    }

    Files files;
};

bool aborted(auto& future) {
    try {
        future.get();
    } catch (const boost::system::system_error& error) {
        return error.code() == asio::error::operation_aborted;
    }
    return false;
}

/// Whether the operation was destroyed before its end, and not just forgotten.
bool given_up(auto& future) {
    if (future.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return false;
    try {
        future.get();
    } catch (const std::future_error& error) {
        return error.code() == std::future_errc::broken_promise;
    }
    return false;
}

/// The threads of an io_context; one at least.
class Threads {
public:
    Threads(asio::io_context& context, unsigned count) : context_(context), work_(context.get_executor()) {
        for (unsigned i = 0; i < count; ++i) threads_.emplace_back([&context] { context.run(); });
    }
    ~Threads() { stop(); }
    void stop() {
        context_.stop();
        for (auto& thread : threads_) thread.join();
        threads_.clear();
    }

private:
    asio::io_context& context_;
    asio::executor_work_guard<asio::io_context::executor_type> work_;
    std::vector<std::thread> threads_;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(lifetime, Fixture)

BOOST_AUTO_TEST_CASE(work_under_way_outlives_its_client) {
    std::optional<HfApi> mine(client());
    Work work = start(context, *mine);
    run_into_their_middle(context);
    mine.reset();
    context.restart();
    context.run();
    BOOST_TEST(holds(work.download.get(), files));
    BOOST_TEST(work.upload.get().oid.size() == 40u);
    BOOST_TEST(commits() == 3u);
}

BOOST_AUTO_TEST_CASE(a_closed_client_ends_its_work) {
    std::optional<HfApi> mine(client());
    Work work = start(context, *mine);
    run_into_their_middle(context);
    mine->session().close();
    mine.reset();
    context.restart();
    const auto before = std::chrono::steady_clock::now();
    context.run();
    BOOST_TEST((std::chrono::steady_clock::now() - before < std::chrono::seconds(5)));
    BOOST_TEST(aborted(work.download));
    BOOST_TEST(aborted(work.upload));
    nothing_is_lost_or_half_written();
}

BOOST_AUTO_TEST_CASE(a_context_that_goes_takes_the_work_along) {
    // However far the upload comes, no commit is made.
    Scenario scenario = slow();
    scenario.faults.emplace_back(FaultKind::status);
    scenario.faults[0].route = "commit";
    scenario.faults[0].times = 0;
    hub.set_scenario(scenario);
    for (int i = 0; i < 10; ++i) {
        auto own = std::make_unique<asio::io_context>();
        std::optional<HfApi> mine(client(*own, nullptr));
        count_anew();
        Work work = start(*own, *mine);
        run_into_their_middle(*own);
        own->run_for(std::chrono::milliseconds(7 * i));  // somewhere else each time
        mine.reset();
        own.reset();
        BOOST_CHECK(given_up(work.download));
        BOOST_CHECK(given_up(work.upload));
        fs::remove_all(repo_folder());
    }
    nothing_is_lost_or_half_written();
}

BOOST_AUTO_TEST_CASE(several_threads) {
    asio::io_context own;
    std::optional<HfApi> mine(client(own, nullptr));
    Work work = start(own, *mine);
    Threads threads(own, 4);
    for (int i = 0; i < 5'000 && !in_their_middle(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(2));
    BOOST_REQUIRE(in_their_middle());
    mine->session().close();
    mine.reset();
    BOOST_TEST(aborted(work.download));
    BOOST_TEST(aborted(work.upload));
    threads.stop();
    nothing_is_lost_or_half_written();
}

BOOST_AUTO_TEST_SUITE_END()
