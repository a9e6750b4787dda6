#include "download_fixture.hpp"

#include <hf/workflow/commit_scheduler.hpp>

#include <boost/test/unit_test.hpp>

using namespace hf;
using hf::test::noise;
namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

struct Fixture : public test::DownloadFixture {
    /// Files of both kinds, enough for three commits of 50.
    Fixture() {
        for (unsigned i = 0; i < 120; ++i)
            files["f" + std::to_string(i) + ".bin"] = i % 40 == 0 ? noise(20'000, i) : "text " + std::to_string(i);
        for (const auto& [name, content] : files) folder.write(name, content);
        files[".gitattributes"] = "";
    }
    CommitInfo upload() {
        UploadFolderOptions options;
        options.multi_commits = true;
        options.commit_message = "Many files";
        return run(client().upload_folder("julien/m", folder.path(), options));
    }
    bool arrived() {
        files[".gitattributes"] = content("julien/m", ".gitattributes");
        return holds(run(client().snapshot_download("julien/m")), files);
    }

    test::TemporaryFolder folder;
    Files files;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(workflow, Fixture)

BOOST_AUTO_TEST_CASE(many_commits_come_as_one_pull_request) {
    count_anew();
    upload();
    BOOST_TEST(requests("commit") == 3u);
    BOOST_TEST(arrived());
}

BOOST_AUTO_TEST_CASE(many_commits_go_on_after_a_failure) {
    Fault fault(FaultKind::status);
    fault.route = "commit";
    fault.status = 403;
    fault.skip = 2;
    fault.times = 0;
    break_down(fault);
    BOOST_CHECK_THROW(upload(), HfHubHTTPError);
    hub.set_scenario(Scenario());
    BOOST_TEST(this->HubFixture::files("julien/m").size() == 1u);  // main is as it was
    count_anew();
    upload();
    BOOST_TEST(requests("commit") == 1u);  // the other two are in the pull request
    BOOST_TEST(arrived());
}

BOOST_AUTO_TEST_CASE(a_scheduler_sends_what_was_added) {
    fs::remove_all(folder.path());
    CommitSchedulerOptions options;
    options.every = std::chrono::hours(1);
    options.path_in_repo = "logs";
    CommitScheduler scheduler(client().session(), "julien/new", folder.path(), options);
    run(scheduler.open());
    folder.write("a.csv", "1\n");
    folder.write("large.bin", noise(30'000, 1));
    const auto first = run(scheduler.push_to_hub());
    BOOST_REQUIRE(first.has_value());
    BOOST_TEST(!run(scheduler.push_to_hub()).has_value());
    folder.write("a.csv", "1\n2\n");
    Fault lost(FaultKind::reset);
    lost.route = "commit";
    break_down(lost);
    const auto last = run(scheduler.finish());
    BOOST_REQUIRE(last.has_value());
    hub.set_scenario(Scenario());
    BOOST_TEST(content("julien/new", "logs/a.csv") == "1\n2\n");
    BOOST_TEST((content("julien/new", "logs/large.bin") == noise(30'000, 1)));
    BOOST_TEST(history("julien/new") == 3u);  // the Hub's own, and two pushes: the lost answer was not sent twice
}

BOOST_AUTO_TEST_SUITE_END()
