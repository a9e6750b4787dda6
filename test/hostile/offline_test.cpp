// What the cache answers when the Hub cannot be asked.
#include "repo_fixture.hpp"

#include <hf/core/error.hpp>
#include <hf/transfer/progress.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/test/unit_test.hpp>

using namespace hf;
namespace fs = std::filesystem;

namespace {

struct Notices : public ProgressSink {
    void on_notice(std::string_view text) override { texts.emplace_back(text); }
    std::vector<std::string> texts;
};

struct Fixture : public test::RepoFixture {
    Fixture() { files = {{"a.txt", "a"}, {"b.txt", "b"}, {"c/d.bin", "d"}}; }

    std::string snapshot(SnapshotDownloadOptions options = {}) {
        options.progress = &notices;
        return run(client().snapshot_download("me/repo", options));
    }
    std::string offline(SnapshotDownloadOptions options = {}) {
        options.progress = &notices;
        notices.texts.clear();
        return run(client([](SessionConfig& config) { config.offline = true; }).snapshot_download("me/repo", options));
    }
    fs::path cached() const { return home / "hub/models--me--repo"; }
    fs::path tree() const { return cached() / "trees" / (commit_now + ".json"); }
    bool has_ref() const { return fs::exists(cached() / "refs/main"); }

    Notices notices;
};

void is_incomplete(const std::string& message, std::string_view count) {
    BOOST_TEST(message.find(count) != std::string::npos, message);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(hostile_offline, Fixture)

BOOST_AUTO_TEST_CASE(a_whole_snapshot_is_given) {
    const std::string folder = snapshot();
    BOOST_TEST(offline() == folder);
    BOOST_TEST(notices.texts.empty());
    closed = error(500);
    notices.texts.clear();
    BOOST_TEST(snapshot() == folder);
    BOOST_TEST(notices.texts.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_snapshot_that_took_only_a_part_is_told_with_its_count) {
    SnapshotDownloadOptions part;
    part.allow_patterns = StringList("a.*");
    const std::string folder = snapshot(part);
    BOOST_TEST(offline(part) == folder);
    try {
        offline();
        BOOST_ERROR("two of three files are missing");
    } catch (const IncompleteSnapshotError& error) {
        is_incomplete(error.message(), "1 of 3 files");
        BOOST_TEST(error.message().find("b.txt") != std::string::npos);
        BOOST_TEST(error.info().argument == folder);  // for who wants what there is
    }
    SnapshotDownloadOptions other;
    other.ignore_patterns = StringList("c/");
    try {
        offline(other);
        BOOST_ERROR("one of two files is missing");
    } catch (const IncompleteSnapshotError& error) {
        is_incomplete(error.message(), "1 of 2 files");
    }
    closed = error(503);
    BOOST_CHECK_THROW(snapshot(), IncompleteSnapshotError);
    other.local_files_only = true;
    BOOST_CHECK_THROW(snapshot(other), IncompleteSnapshotError);
}

BOOST_AUTO_TEST_CASE(a_listing_that_lacks_what_the_commit_names_is_no_whole_snapshot) {
    listed = Files{{"a.txt", "a"}};
    try {
        snapshot();
        BOOST_ERROR("two files are missing");
    } catch (const InvalidResponseError& error) {
        BOOST_TEST(error.info().failures.size() == 2u);
    }
    BOOST_TEST(!has_ref());
    BOOST_TEST(!fs::exists(tree()));
    BOOST_TEST(fs::exists(cached() / "snapshots" / commit_now / "a.txt"));
    listed.reset();
    snapshot();
    offline();
}

BOOST_AUTO_TEST_CASE(a_run_that_misses_a_file_notes_no_ref) {
    broken = {{"b.txt", 404}};
    try {
        snapshot();
        BOOST_ERROR("b.txt is missing");
    } catch (const HfHubHTTPError& error) {
        BOOST_TEST(error.info().failures.size() == 1u);
    }
    BOOST_TEST(!has_ref());
    BOOST_TEST(fs::exists(cached() / "snapshots" / commit_now / "c/d.bin"));
    BOOST_CHECK_THROW(offline(), LocalEntryNotFoundError);
    SnapshotDownloadOptions by_commit;
    by_commit.revision = commit_now;
    BOOST_CHECK_THROW(offline(by_commit), IncompleteSnapshotError);
    broken.clear();
    snapshot();
    BOOST_TEST(has_ref());
    offline(by_commit);
}

BOOST_AUTO_TEST_CASE(a_call_that_was_cancelled_between_files_notes_no_ref) {
    boost::asio::cancellation_signal stop;
    const auto serve = answer;
    answer = [&](const test::ReceivedRequest& request) {
        if (request.path().ends_with("b.txt")) stop.emit(boost::asio::cancellation_type::all);
        return serve(request);
    };
    HfApi api = client();
    SnapshotDownloadOptions options;
    options.max_workers = 1;
    auto future = boost::asio::co_spawn(context, api.snapshot_download("me/repo", options),
                                        boost::asio::bind_cancellation_slot(stop.slot(), boost::asio::use_future));
    context.restart();
    while (future.wait_for(std::chrono::seconds(0)) != std::future_status::ready) context.run_one();
    BOOST_CHECK_THROW(future.get(), boost::system::system_error);
    BOOST_TEST(!has_ref());
    SnapshotDownloadOptions by_commit;
    by_commit.revision = commit_now;
    BOOST_CHECK_THROW(offline(by_commit), IncompleteSnapshotError);
}

BOOST_AUTO_TEST_CASE(the_ref_stays_at_what_is_complete) {
    const std::string before = snapshot();
    const std::string old_commit = commit_now;
    commit_now[0] = 'f';
    files["new.txt"] = "new";
    broken = {{"new.txt", 404}};
    BOOST_CHECK_THROW(snapshot(), HfHubHTTPError);
    BOOST_TEST(read(cached() / "refs/main") == old_commit);
    BOOST_TEST(offline() == before);
}

BOOST_AUTO_TEST_CASE(as_the_reference_plan_the_others_come_too) {
    broken = {{"a.txt", 404}};
    SnapshotDownloadOptions options;
    options.plan = SnapshotPlan::reference;
    options.max_workers = 1;
    BOOST_CHECK_THROW(snapshot(options), Error);
    BOOST_TEST(fs::exists(cached() / "snapshots" / commit_now / "c/d.bin"));
    BOOST_TEST(!fs::exists(cached() / "snapshots" / commit_now / "a.txt"));
}

BOOST_AUTO_TEST_CASE(all_or_nothing_ends_at_the_first_failure) {
    broken = {{"a.txt", 404}};
    SnapshotDownloadOptions options;
    options.max_workers = 1;
    options.all_or_nothing = true;
    BOOST_CHECK_THROW(snapshot(options), HfHubHTTPError);
    BOOST_TEST(count("/resolve/") == 1);
}

BOOST_AUTO_TEST_CASE(a_snapshot_of_another_client_is_returned_as_it_is_with_a_word) {
    const std::string folder = snapshot();
    fs::remove(tree());
    fs::remove(fs::path(folder) / "b.txt");
    BOOST_TEST(offline() == folder);
    BOOST_TEST(notices.texts.size() == 1u);
    fs::remove_all(cached() / "blobs");
    BOOST_CHECK_THROW(offline(), IncompleteSnapshotError);  // links to nothing
}

BOOST_AUTO_TEST_CASE(the_list_of_huggingface_hub_is_read_and_checked) {
    const std::string folder = snapshot();
    std::ofstream(tree()) << R"({"format_version": 1, "files": {"a.txt": {"size": 1, "blob_id": "x"}, "z": {}}})";
    BOOST_CHECK_THROW(offline(), IncompleteSnapshotError);
    for (const char* text : {"", "[]", "{", R"({"format_version": 2, "files": {"z": {}}})", R"({"format_version": 1})",
                             R"({"format_version": 1, "files": {"../../outside": {}}})"}) {
        std::ofstream(tree()) << text;
        BOOST_TEST(offline() == folder, text);
    }
}

BOOST_AUTO_TEST_CASE(a_local_folder_is_filled_from_the_cache) {
    const std::string folder = (path() / "local").string();
    SnapshotDownloadOptions options;
    options.local_dir = folder;
    options.local_dir_use_symlinks = false;
    BOOST_CHECK_THROW(offline(options), LocalEntryNotFoundError);
    snapshot();
    const std::string given = offline(options);
    BOOST_TEST(given == fs::canonical(folder).string());
    BOOST_TEST((held(folder) == files));
    fs::remove_all(folder);
    fs::remove(cached() / "snapshots" / commit_now / "b.txt");
    BOOST_CHECK_THROW(offline(options), IncompleteSnapshotError);
    BOOST_TEST(!fs::exists(folder));
}

BOOST_AUTO_TEST_CASE(a_local_folder_needs_no_home) {
    std::ofstream(path() / "file") << "no folder";
    home = path() / "file/home";
    const std::string folder = (path() / "local").string();
    SnapshotDownloadOptions options;
    options.local_dir = folder;
    options.local_dir_use_symlinks = false;
    snapshot(options);
    BOOST_TEST((held(folder) == files));
}

BOOST_AUTO_TEST_CASE(names_of_clients_stay_out_of_a_local_folder) {
    files[".cache/huggingface/download/a.txt.metadata"] = "evil";
    const std::string folder = (path() / "local").string();
    SnapshotDownloadOptions options;
    options.local_dir = folder;
    snapshot(options);
    BOOST_TEST(!fs::exists(fs::path(folder) / ".cache/huggingface/download"));
    BOOST_TEST(notices.texts.size() == 1u);
    BOOST_TEST(fs::exists(fs::path(snapshot()) / ".cache/huggingface/download/a.txt.metadata"));
}

BOOST_AUTO_TEST_CASE(a_pattern_that_matches_nothing_is_told) {
    SnapshotDownloadOptions options;
    options.allow_patterns = StringList("*.txt", "*.ttx");
    options.ignore_patterns = StringList("logs/");
    snapshot(options);
    BOOST_REQUIRE(notices.texts.size() == 2u);
    BOOST_TEST(notices.texts[0].find("*.ttx") != std::string::npos);
    BOOST_TEST(notices.texts[1].find("logs/") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
