// Folders that are too large for one commit.
#include "hub_fixture.hpp"

#include <hf/transfer/progress.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>

using namespace hf;
using hf::test::noise;

namespace {

bool is_too_large(const HfHubHTTPError& error) { return error.status() == 413; }

LocalHubConfig narrow(const test::TemporaryFolder& root) {
    LocalHubConfig config(root.path() / "hub");
    config.lfs_threshold = 10'000;
    config.max_commit_size = 100'000;
    return config;
}

struct Fixture : private test::TemporaryFolder, public test::HubFixture {
    Fixture() : HubFixture(narrow(*this)) {
        run(api.create_repo("julien/m"));
        for (int i = 0; i < 120; ++i) write("some/" + std::to_string(i), text(2'000, i));
        for (int i = 0; i < 3; ++i) write("w" + std::to_string(i) + ".bin", noise(20'000, static_cast<unsigned>(i)));
        write(".gitignore", "*.log\n");
        folder.write("a.log", text(2'000, 7));
        options.split_commits = true;
        options.progress = &progress;
        options.commit_message = "Many";
    }

    static std::string text(std::size_t size, int seed) {
        std::string out = std::to_string(seed) + " ";
        while (out.size() < size) out += out;
        return out.substr(0, size);
    }
    void write(const std::string& name, std::string bytes) {
        folder.write(name, bytes);
        expected[name] = std::move(bytes);
    }
    CommitInfo upload() { return run(api.upload_folder("julien/m", folder.path(), options)); }
    void arrived(std::string_view revision = "main") {
        BOOST_TEST(files("julien/m", revision).size() == expected.size() + 1);  // .gitattributes
        for (const auto& [name, bytes] : expected) BOOST_TEST((content("julien/m", name, revision) == bytes), name);
    }
    void progress_adds_up() {
        const auto counters = progress.counters();
        BOOST_TEST(counters.files_total == expected.size() + 1);
        BOOST_TEST(counters.files_done == counters.files_total);
        BOOST_TEST(counters.bytes_done == counters.bytes_total);
    }
    std::vector<std::string> titles() {
        auto list = api.list_repo_commits("julien/m");
        return run(collect(list));
    }
    static boost::asio::awaitable<std::vector<std::string>> collect(AsyncGenerator<GitCommitInfo>& list) {
        std::vector<std::string> out;
        while (auto commit = co_await list.next()) out.push_back(commit->title);
        co_return out;
    }

    test::TemporaryFolder folder;
    std::map<std::string, std::string> expected;
    UploadFolderOptions options;
    ProgressSink progress;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(split_upload, Fixture)

BOOST_AUTO_TEST_CASE(what_is_too_large_for_one_commit_comes_in_several) {
    const CommitInfo info = upload();
    arrived();
    progress_adds_up();
    const auto made = titles();
    BOOST_TEST(made.size() > 3u);
    BOOST_TEST(made[0] == "Many (part " + std::to_string(made.size() - 1) + ")");
    BOOST_TEST(made[made.size() - 2] == "Many (part 1)");
    BOOST_TEST(run(api.list_repo_refs("julien/m")).branches.at(0).target_commit == info.oid);
    BOOST_TEST(info.commit_message == "Many");

    count_anew();
    BOOST_TEST(upload().oid == info.oid);
    BOOST_TEST(requests("commit") == 0u);
}

BOOST_AUTO_TEST_CASE(in_one_it_is_refused_with_a_word_about_it) {
    options.split_commits = false;
    BOOST_CHECK_EXCEPTION(upload(), HfHubHTTPError, [](const HfHubHTTPError& error) {
        return is_too_large(error) && error.message().find("split_commits") != std::string::npos;
    });
    BOOST_TEST(titles().size() == 1u);
    options.split_commits = true;
    options.multi_commits = true;
    BOOST_CHECK_THROW(upload(), HFValidationError);
}

BOOST_AUTO_TEST_CASE(what_fits_is_one_commit) {
    options.allow_patterns = {"some/1?"};
    upload();
    BOOST_TEST(titles()[0] == "Many");
    BOOST_TEST(titles().size() == 2u);
    options.allow_patterns = {"none"};
    upload();
    BOOST_TEST(files("julien/m").size() == 11u);
}

BOOST_AUTO_TEST_CASE(what_was_interrupted_goes_on) {
    Fault fault(FaultKind::status);
    fault.route = "commit";
    fault.status = 403;
    fault.skip = 4;
    fault.times = 0;
    break_down(fault);
    BOOST_CHECK_THROW(upload(), HfHubHTTPError);
    hub.set_scenario(Scenario());
    const std::size_t before = titles().size();
    BOOST_TEST(before > 1u);
    ProgressSink again;
    options.progress = &again;
    upload();
    arrived();
    BOOST_TEST(titles().size() > before);
    BOOST_TEST(again.counters().files_skipped > 10u);
    BOOST_TEST(again.counters().bytes_done == again.counters().bytes_total);
}

BOOST_AUTO_TEST_CASE(a_lost_answer_sends_nothing_twice) {
    Fault fault(FaultKind::reset);
    fault.route = "commit";
    fault.skip = 3;
    fault.times = 2;
    break_down(fault);
    upload();
    arrived();
    progress_adds_up();
    auto made = titles();
    std::ranges::sort(made);
    BOOST_TEST((std::ranges::adjacent_find(made) == made.end()));
}

BOOST_AUTO_TEST_CASE(a_file_that_is_refused_alone_is_an_error) {
    Fault fault(FaultKind::status);
    fault.route = "commit";
    fault.status = 413;
    fault.times = 0;
    break_down(fault);
    BOOST_CHECK_EXCEPTION(upload(), HfHubHTTPError, is_too_large);
    BOOST_TEST(requests("commit") == 7u);  // 124 operations, 62, 31, 15, 7, 3, 1
    BOOST_TEST(progress.counters().bytes_done < progress.counters().bytes_total);
}

BOOST_AUTO_TEST_CASE(a_pull_request_has_all_of_it) {
    options.create_pr = true;
    const CommitInfo info = upload();
    BOOST_REQUIRE(info.pr_num.has_value());
    BOOST_TEST(info.pr_revision.value() == "refs/pr/" + std::to_string(*info.pr_num));
    arrived(*info.pr_revision);
    BOOST_TEST(files("julien/m").size() == 1u);
    progress_adds_up();
}

BOOST_AUTO_TEST_CASE(a_stale_parent_is_refused_and_a_good_one_followed) {
    const std::string head = run(api.list_repo_refs("julien/m")).branches.at(0).target_commit;
    options.parent_commit = head;
    upload();
    arrived();
    write("some/0", "new");
    BOOST_CHECK_THROW(upload(), HfHubHTTPError);
}

BOOST_AUTO_TEST_SUITE_END()
