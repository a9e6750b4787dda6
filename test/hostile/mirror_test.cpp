// Mirrors of servers that lack files, lie about what there is, or close a repository.
#include "repo_fixture.hpp"

#include <hf/core/error.hpp>
#include <hf/transfer/progress.hpp>

#include <boost/test/unit_test.hpp>

using namespace hf;
namespace fs = std::filesystem;

namespace {

struct Fixture : public test::RepoFixture {
    MirrorResult mirror(MirrorOptions options = {}) { return run(client().mirror("me/repo", folder.string(), options)); }
    MirrorResult mirror_and_delete(std::optional<std::uint64_t> most = std::nullopt) {
        MirrorOptions options;
        options.remove_deleted = true;
        options.max_delete = most;
        return mirror(options);
    }
    /// A commit that has no other files than these.
    void publish(Files now) {
        files = std::move(now);
        commit_now[0] = static_cast<char>(commit_now[0] + 1);
    }
    fs::path ledgers() const { return folder / ".cache/huggingface/hfhub"; }

    fs::path folder = path() / "mirror";
};

test::RepoFixture::Files numbered(int count) {
    test::RepoFixture::Files out;
    for (int i = 0; i < count; ++i) out["f" + std::to_string(i)] = "content " + std::to_string(i);
    return out;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(hostile_mirror, Fixture)

BOOST_AUTO_TEST_CASE(one_file_that_cannot_be_fetched_does_not_keep_the_others_from_coming) {
    files = numbered(40);
    broken = {{"f7", 404}, {"f3", 400}};
    try {
        mirror();
        BOOST_ERROR("two files are missing");
    } catch (const BadRequestError& error) {  // of f3, the first
        BOOST_REQUIRE(error.info().failures.size() == 2u);
        BOOST_TEST(error.info().failures[0].path == "f3");
        BOOST_TEST(error.info().failures[1].path == "f7");
        BOOST_TEST(error.message().starts_with("2 of 40 files could not be fetched: f3: "));
    }
    BOOST_TEST(held(folder).size() == 38u);
    asked.clear();
    BOOST_CHECK_THROW(mirror(), BadRequestError);
    BOOST_TEST(count("/resolve/") == 2);
    broken.clear();
    BOOST_TEST(mirror().fetched == 2u);
    BOOST_TEST((held(folder) == files));
}

BOOST_AUTO_TEST_CASE(all_or_nothing_ends_at_the_first_failure) {
    files = numbered(40);
    broken = {{"f0", 404}};
    MirrorOptions options;
    options.max_workers = 1;
    options.all_or_nothing = true;
    BOOST_CHECK_THROW(mirror(options), HfHubHTTPError);
    BOOST_TEST(count("/resolve/") == 1);
    BOOST_TEST(held(folder).empty());
}

BOOST_AUTO_TEST_CASE(what_all_files_would_meet_ends_the_call_at_once) {
    files = numbered(200);
    MirrorOptions options;
    options.max_workers = 4;
    for (const auto& [status, code] : {std::pair(403u, "GatedRepo"), std::pair(401u, ""), std::pair(404u, "RepoNotFound")}) {
        asked.clear();
        all_broken = error(status, code);
        BOOST_CHECK_THROW(mirror(options), HfHubHTTPError);
        BOOST_TEST(count("/resolve/") <= 8, "status " << status << ": " << count("/resolve/"));
    }
    asked.clear();
    all_broken = error(503);
    BOOST_CHECK_THROW(mirror(options), HfHubHTTPError);
    BOOST_TEST(count("/resolve/") < 40 * 10, count("/resolve/"));  // not 200 files, five attempts each
}

BOOST_AUTO_TEST_CASE(nothing_is_deleted_in_a_run_that_misses_a_file) {
    files = numbered(4);
    mirror();
    Files next = {{"moved", files["f1"]}, {"f3", files["f3"]}, {"new", "new"}};
    publish(next);
    broken = {{"new", 404}};
    BOOST_CHECK_THROW(mirror_and_delete(), HfHubHTTPError);
    const Files now = held(folder);
    for (const char* name : {"f0", "f1", "f2", "f3", "moved"}) BOOST_TEST(now.contains(name), name);
    broken.clear();
    asked.clear();
    BOOST_TEST(mirror_and_delete().removed == 3u);
    BOOST_TEST(count("/resolve/") == 1);
    BOOST_TEST((held(folder) == next));
}

BOOST_AUTO_TEST_CASE(an_entry_without_a_hash_counts_as_a_file_that_could_not_be_fetched) {
    files = numbered(3);
    extra_entries = R"(,{"type":"file","path":"odd","size":3,"oid":"x"},{"type":"file","size":1})";
    try {
        mirror();
        BOOST_ERROR("an odd entry was skipped");
    } catch (const InvalidResponseError& error) {
        BOOST_TEST(error.info().failures.size() == 2u);
    }
    BOOST_TEST(held(folder).size() == 3u);
    MirrorOptions options;
    options.all_or_nothing = true;
    fs::remove_all(folder);
    BOOST_CHECK_THROW(mirror(options), InvalidResponseError);
    BOOST_TEST(held(folder).empty());
}

BOOST_AUTO_TEST_CASE(an_empty_or_cut_listing_deletes_nothing) {
    files = numbered(30);
    mirror();
    publish(files);
    listed = Files();
    BOOST_CHECK_THROW(mirror_and_delete(1000), TooManyDeletionsError);
    listed.reset();  // what was listed then is not believed for ever
    BOOST_TEST(mirror_and_delete().removed == 0u);
    publish(files);
    listed = numbered(29);
    try {
        mirror_and_delete(1000);
        BOOST_ERROR("a cut listing was believed");
    } catch (const TooManyDeletionsError& error) {
        BOOST_TEST(error.message().find("f29") != std::string::npos, error.message());
        BOOST_TEST(error.info().argument == "folder");  // no number would allow it
    }
    BOOST_TEST((held(folder) == files));
    BOOST_CHECK_THROW(mirror(), InvalidResponseError);  // which is no whole mirror either
    // Without the commit's own list the limit protects.
    siblings = false;
    publish(files);
    listed = numbered(10);
    BOOST_CHECK_EXCEPTION(mirror_and_delete(), TooManyDeletionsError,
                          [](const auto& error) { return error.info().argument == "max_delete"; });
    BOOST_TEST((held(folder) == files));
    BOOST_TEST(mirror_and_delete(20).removed == 20u);
}

BOOST_AUTO_TEST_CASE(half_of_the_files_or_ten_may_be_deleted) {
    for (const auto& [before, after, allowed] :
         {std::tuple(30, 15, true), std::tuple(31, 15, false), std::tuple(12, 2, true), std::tuple(12, 1, false)}) {
        fs::remove_all(folder);
        publish(numbered(before));
        mirror();
        publish(numbered(after));
        if (allowed)
            BOOST_TEST(mirror_and_delete().removed == static_cast<std::uint64_t>(before - after));
        else
            BOOST_CHECK_THROW(mirror_and_delete(), TooManyDeletionsError);
        BOOST_TEST(held(folder).size() == static_cast<std::size_t>(allowed ? after : before));
    }
}

BOOST_AUTO_TEST_CASE(a_folder_that_was_moved_and_another_home_forget_nothing) {
    files = numbered(6);
    mirror();
    fs::rename(folder, path() / "elsewhere");
    folder = path() / "elsewhere";
    fs::remove_all(home);
    asked.clear();
    BOOST_TEST(mirror().fetched == 0u);
    BOOST_TEST(count("/resolve/") == 0);
    publish(numbered(5));
    BOOST_TEST(mirror_and_delete().removed == 1u);
    BOOST_TEST((held(folder) == files));
}

BOOST_AUTO_TEST_CASE(without_a_ledger_nothing_is_deleted) {
    files = numbered(6);
    mirror();
    fs::remove_all(ledgers());
    publish(numbered(2));
    BOOST_TEST(mirror_and_delete().removed == 0u);
    BOOST_TEST(held(folder).size() == 6u);
}

BOOST_AUTO_TEST_CASE(a_ledger_of_another_repository_or_an_injected_one_is_not_believed) {
    files = numbered(3);
    mirror();
    std::ofstream(path() / "outside") << "kept";
    fs::path ledger;
    for (const auto& entry : fs::directory_iterator(ledgers())) ledger = entry.path();
    const std::string text = read(ledger);
    publish(numbered(1));
    std::string other = text;
    other.replace(other.find("me/repo"), 7, "me/aaaa");
    const std::string hash = git_oid("kept");
    const std::string injected = text.substr(0, text.find('\n') + 1) + "hfhub-mirror 1\n" + hash + " 4 1 ../outside\n";
    for (const std::string& planted : {other, injected, std::string("x"), std::string()}) {
        std::ofstream(ledger) << planted;
        BOOST_TEST(mirror_and_delete().removed == 0u);
        BOOST_TEST(held(folder).size() == 3u);
        BOOST_TEST(fs::exists(path() / "outside"));
    }
}

BOOST_AUTO_TEST_CASE(what_was_changed_since_it_was_mirrored_is_not_deleted) {
    files = numbered(6);
    mirror();
    std::ofstream(folder / "f5") << "own work of somebody";
    fs::last_write_time(folder / "f4", fs::file_time_type::clock::now());  // only touched
    publish(numbered(4));
    BOOST_TEST(mirror_and_delete().removed == 1u);
    BOOST_TEST(held(folder)["f5"] == "own work of somebody");
    BOOST_TEST(!fs::exists(folder / "f4"));
    BOOST_TEST(mirror_and_delete().removed == 0u);
}

BOOST_AUTO_TEST_CASE(two_repositories_in_one_folder_leave_each_other_alone) {
    files = {{"a", "one"}, {"common", "one"}};
    mirror();
    repo = "me/other";
    publish({{"b", "two"}, {"common", "two"}});
    MirrorOptions options;
    options.remove_deleted = true;
    run(client().mirror("me/other", folder.string(), options));
    BOOST_TEST((held(folder) == Files{{"a", "one"}, {"b", "two"}, {"common", "two"}}));
    repo = "me/repo";
    publish({{"x", "x"}});
    BOOST_TEST(mirror_and_delete().removed == 1u);  // the common file is the other's now
    BOOST_TEST((held(folder) == Files{{"b", "two"}, {"common", "two"}, {"x", "x"}}));
}

BOOST_AUTO_TEST_CASE(patterns_leave_files_of_the_repository_where_they_are) {
    files = {{"a.json", "a"}, {"b.bin", "b"}, {"old.bin", "old"}};
    mirror();
    publish({{"a.json", "new"}, {"b.bin", "b"}});
    MirrorOptions options;
    options.allow_patterns = StringList("*.json", "*.jsno");
    options.remove_deleted = true;
    const MirrorResult result = mirror(options);
    BOOST_TEST(result.removed == 1u);
    BOOST_TEST((held(folder) == files));
    BOOST_TEST(result.unmatched == std::vector<std::string>{"*.jsno"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_slash_at_the_end_of_a_pattern_means_all_below_the_folder) {
    files = {{"a.txt", "a"}, {"original/w.bin", "w"}, {"original/deep/v.bin", "v"}};
    MirrorOptions options;
    options.ignore_patterns = StringList("original/");
    BOOST_TEST(mirror(options).files == 1u);
    BOOST_TEST((held(folder) == Files{{"a.txt", "a"}}));
    MirrorOptions below;
    below.allow_patterns = StringList("original/");
    BOOST_TEST(mirror(below).files == 2u);
}

BOOST_AUTO_TEST_CASE(names_that_belong_to_clients_are_left_out) {
    files = {{"a.txt", "a"}, {".cache/huggingface/hfhub/x.mirror", "evil"}, {".Cache/HuggingFace/download/y", "evil"}};
    const MirrorResult result = mirror();
    BOOST_TEST(result.left_out.size() == 2u);
    BOOST_TEST((held(folder) == Files{{"a.txt", "a"}}));
    BOOST_TEST(!fs::exists(folder / ".Cache"));
    files = {{"a.txt", "a"}, {".cache", "a file"}, {".cached", "another"}};
    publish(files);
    BOOST_TEST(mirror().left_out == std::vector<std::string>{".cache"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(of_a_repository_that_is_gone_or_closed_the_mirror_keeps_its_files) {
    files = numbered(3);
    mirror();
    for (const auto& [status, code] : {std::pair(404u, "RepoNotFound"), std::pair(403u, "GatedRepo")}) {
        closed = error(status, code);
        try {
            mirror_and_delete();
            BOOST_ERROR("the repository is closed");
        } catch (const RepositoryNotFoundError& error) {
            BOOST_TEST(error.message().find("keeps the 3 files") != std::string::npos, error.message());
        }
        BOOST_TEST((held(folder) == files));
    }
    // Of one that never was mirrored nothing is made.
    BOOST_CHECK_THROW(run(client().mirror("me/repo", (path() / "none").string())), RepositoryNotFoundError);
    BOOST_TEST(!fs::exists(path() / "none"));
}

BOOST_AUTO_TEST_CASE(what_older_versions_kept_is_taken_over_once) {
    files = numbered(3);
    mirror();
    fs::remove_all(folder / ".cache");
    std::string records = "hfhub-mirror 1\n";
    for (const auto& [name, content] : files)
        records += git_oid(content) + " " + std::to_string(content.size()) + " 1 " + name + "\n";
    const fs::path old = old_records(folder);
    fs::create_directories(old.parent_path());
    std::ofstream(old) << records;
    fs::create_directories(folder / ".hfhub");
    std::ofstream(folder / ".hfhub/x.free.partial") << "x";
    publish(numbered(1));
    BOOST_TEST(mirror_and_delete().removed == 2u);
    BOOST_TEST(!fs::exists(old));
    BOOST_TEST(!fs::exists(folder / ".hfhub"));
    BOOST_TEST(fs::exists(ledgers() / "partials/x.free.partial"));
}

BOOST_AUTO_TEST_CASE(what_older_versions_kept_cannot_name_anything_outside) {
    fs::create_directories(folder);
    std::ofstream(path() / "outside") << "kept";
    const fs::path old = old_records(folder);
    fs::create_directories(old.parent_path());
    std::ofstream(old) << "hfhub-mirror 1\n" << git_oid("kept") << " 4 1 ../outside\n";
    files = numbered(1);
    BOOST_TEST(mirror_and_delete().removed == 0u);
    BOOST_TEST(fs::exists(path() / "outside"));
}

BOOST_AUTO_TEST_CASE(oids_with_line_breaks_delete_nothing_outside) {
    std::ofstream(path() / "victim") << "precious";
    files = {{"a.txt", "a"}};
    extra_entries = R"(,{"type":"file","path":"b.txt","size":1,"oid":"e1 1 1 y\ne2 1 1 ../victim\ne3"})";
    BOOST_CHECK_THROW(mirror_and_delete(), Error);
    extra_entries.clear();
    publish(files);
    mirror_and_delete();
    BOOST_TEST(fs::exists(path() / "victim"));
}

BOOST_AUTO_TEST_CASE(a_file_in_the_way_goes_when_what_replaces_it_is_there) {
    files = {{"a", "a file"}, {"b/c", "in a folder"}};
    mirror();
    publish({{"a/deep", "in a folder now"}, {"b", "a file now"}});
    broken = {{"a/deep", 404}};
    BOOST_CHECK_THROW(mirror(), Error);
    BOOST_TEST((held(folder) == Files{{"a", "a file"}, {"b", "a file now"}}));
    broken.clear();
    mirror();
    BOOST_TEST((held(folder) == files));
}

BOOST_AUTO_TEST_SUITE_END()
