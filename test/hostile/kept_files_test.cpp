// What is kept between runs: nothing that a server says can make it name something else, in this run or a later one,
// and what is found there is believed no more than a server.
#include "served_repo.hpp"

#include "engine/files/repo_cache.hpp"
#include "workflow/cache_destination.hpp"
#include "workflow/snapshot_files.hpp"

#include <hf/core/error.hpp>
#include <hf/core/hash.hpp>
#include <hf/core/url.hpp>

#include <boost/test/unit_test.hpp>

using namespace hf;
namespace fs = std::filesystem;

namespace {

struct Fixture : test::ServedRepo {
    Fixture() { write(victim, "precious"); }
    ~Fixture() { BOOST_TEST(read(victim) == "precious"); }

    fs::path kept_tree() const {
        const std::string key = sha256_hex(endpoint() + "\n" + Repo("model", "me/repo").api_path() + "\n");
        return home / "hfhub" / "trees" / key.substr(0, 32);
    }

    fs::path victim = path() / "outside" / "victim.txt";
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(kept_files, Fixture)

BOOST_AUTO_TEST_CASE(the_name_of_a_commit_cannot_add_files_to_a_kept_listing) {  // c01, c02
    const std::string evil = "evil";
    for (const std::string& name :
         {"abc 3\\n" + git_oid(evil) + " 4 r %2e%2e%2f%2e%2e%2foutside%2fvictim.txt\\n" + git_oid("x") + " 1 r x",
          std::string(commit) + " 1\\nx", std::string("../../../outside"), std::string("abc"), std::string(),
          std::string(commit) + "\\n", std::string(40, 'A')}) {
        sha = name;
        BOOST_CHECK_THROW(mirror(), InvalidResponseError);
        BOOST_CHECK_THROW(snapshot(), InvalidResponseError);
        BOOST_TEST(!fs::exists(kept_tree()));
    }
    sha = commit;
    mirror();
    BOOST_TEST(read(mirrored / "a.txt") == "hello\n");
}

BOOST_AUTO_TEST_CASE(the_hash_of_a_file_cannot_add_records_to_a_mirror) {  // c03
    write(mirrored / "own.txt", "the user's");
    tree = R"([{"type":"file","path":"a.txt","size":6,"oid":"e1 1 1 y\ne2 1 1 ../../outside/victim.txt\n)" +
           git_oid("own") + R"( 10 1 own.txt\ne3"}])";
    BOOST_CHECK_THROW(mirror(true), InvalidResponseError);
    tree.reset();
    sha = std::string(40, 'b');
    mirror(true);
    BOOST_TEST(read(mirrored / "own.txt") == "the user's");
}

BOOST_AUTO_TEST_CASE(a_planted_listing_is_asked_for_again) {
    const std::string line = git_oid("evil") + " 4 r ";
    const std::string head = std::string(commit) + " 1\n";
    for (const std::string& text :
         {"hfhub-tree 2 " + head + line + "%2E%2E%2F%2E%2E%2Foutside%2Fvictim.txt\n",
          "hfhub-tree 2 " + head + line + "../../outside/victim.txt\n",
          "hfhub-tree 1 " + head + line + "../../outside/victim.txt\n", "hfhub-tree 1 " + head + line + "a.txt\n",
          "hfhub-tree 2 " + head + "x 4 r a.txt\n", std::string("hfhub-tree 2 "), std::string()}) {
        write(kept_tree(), text);
        trees = 0;
        mirror();
        BOOST_TEST(trees == 1);
        BOOST_TEST(read(mirrored / "a.txt") == "hello\n");
    }
    mirror();
    BOOST_TEST(trees == 1);  // what was kept by an honest run is believed
}

BOOST_AUTO_TEST_CASE(a_kept_listing_is_asked_for_again_by_verify) {
    SnapshotListing lie(commit);
    lie.files.emplace_back("a.txt", git_oid("hello\n"), 6, false);
    write(kept_tree(), lie.to_text());
    // A server that does not say what the commit has.
    answer = [this](const test::ReceivedRequest& request) {
        if (request.path().find("/revision/") != std::string_view::npos) return json("{\"sha\":\"" + sha + "\"}");
        return honest(request);
    };
    mirror();
    BOOST_TEST(trees == 0);
    BOOST_TEST(!fs::exists(mirrored / "sub" / "b.txt"));
    mirror(false, true);
    BOOST_TEST(trees == 1);
    BOOST_TEST(read(mirrored / "sub" / "b.txt") == "world\n");
}

BOOST_AUTO_TEST_CASE(a_listing_that_is_a_pipe_or_a_folder_holds_nobody_up) {
    fs::create_directories(kept_tree().parent_path());
    BOOST_REQUIRE(::mkfifo(kept_tree().c_str(), 0600) == 0);
    mirror();
    fs::remove(kept_tree());
    fs::create_directories(kept_tree());
    mirror(false, true);
    BOOST_TEST(read(mirrored / "a.txt") == "hello\n");
}

BOOST_AUTO_TEST_CASE(an_entry_without_a_usable_hash_is_an_error_that_names_it) {  // c19
    for (const std::string& oid :
         {std::string("x"), std::string(), std::string("x\\ny"), std::string(32, '0'), std::string("../../x")}) {
        tree = R"([{"type":"file","path":"odd.txt","size":6,"oid":")" + oid + "\"}]";
        try {
            mirror();
            BOOST_ERROR("no error for " + oid);
        } catch (const InvalidResponseError& error) {
            BOOST_TEST(error.message().find("odd.txt") != std::string::npos);
        }
        BOOST_TEST(!fs::exists(mirrored / "odd.txt"));
        BOOST_TEST(!fs::exists(kept_tree()));
    }
}

BOOST_AUTO_TEST_CASE(an_upper_case_hash_is_a_hash_and_verified) {
    std::string upper = git_oid("hello\n");
    for (char& c : upper) c = static_cast<char>(std::toupper(c));
    const std::string entry = R"([{"type":"file","path":"a.txt","size":6,"oid":")" + upper + "\"}]";
    files.erase("sub/b.txt");
    tree = entry;
    mirror();
    BOOST_TEST(read(mirrored / "a.txt") == "hello\n");
    fs::remove_all(mirrored);
    files["a.txt"] = "HELLO\n";
    BOOST_CHECK_THROW(mirror(), IntegrityError);
    BOOST_TEST(!fs::exists(mirrored / "a.txt"));
}

BOOST_AUTO_TEST_CASE(a_server_without_tree_is_served_from_its_siblings) {  // W26
    for (const unsigned status : {404u, 405u, 501u}) {
        answer = [&](const test::ReceivedRequest& request) {
            if (request.path().find("/tree/") != std::string_view::npos) return error(status);
            return honest(request);
        };
        fs::remove_all(mirrored);
        fs::remove_all(home);
        mirror();
        BOOST_TEST(read(mirrored / "sub" / "b.txt") == "world\n");
        snapshot();
        BOOST_TEST(read(cache / "snapshots" / commit / "a.txt") == "hello\n");
    }
}

BOOST_AUTO_TEST_CASE(a_server_that_knows_no_hashes_is_told_so) {
    answer = [&](const test::ReceivedRequest& request) {
        if (request.path().find("/tree/") != std::string_view::npos) return error(404);
        test::ScriptedAnswer out = honest(request);
        std::erase_if(out.headers, [](const auto& field) { return field.first == "ETag"; });
        return out;
    };
    BOOST_CHECK_THROW(mirror(), InvalidResponseError);
    BOOST_TEST(!fs::exists(mirrored / "a.txt"));
}

BOOST_AUTO_TEST_CASE(siblings_cannot_leave_the_folder_either) {
    answer = [&](const test::ReceivedRequest& request) {
        if (request.path().find("/tree/") != std::string_view::npos) return error(404);
        if (request.path().find("/revision/") != std::string_view::npos)
            return json("{\"sha\":\"" + sha +
                        R"(","siblings":[{"rfilename":"a.txt"},{"rfilename":"../../outside/victim.txt"}]})");
        return honest(request);
    };
    BOOST_CHECK_THROW(mirror(), UnsafePathError);
    BOOST_TEST(!fs::exists(mirrored / "a.txt"));
}

BOOST_AUTO_TEST_CASE(blanks_around_a_kept_commit_do_not_matter) {  // K4
    snapshot();
    for (const std::string blanks : {"\n", "\r\n", " \n", "\n\n", "\t\n", ""}) {
        write(cache / "refs" / "main", blanks + commit + blanks);
        BOOST_TEST(snapshot("", true) == (cache / "snapshots" / commit).string());
        BOOST_TEST(read(download("a.txt", {}, true)) == "hello\n");
    }
}

BOOST_AUTO_TEST_CASE(what_is_no_commit_in_a_ref_is_not_followed) {  // K10
    snapshot();
    fs::create_directories(cache / "snapshots" / "abc");
    for (const std::string& text :
         {std::string("../../../../../outside"), std::string("abc"), std::string(), std::string("\n"),
          commit + std::string("/../abc"), commit + std::string("\nx"), std::string(40, 'b')}) {
        write(cache / "refs" / "main", text);
        BOOST_CHECK_THROW(snapshot("", true), LocalEntryNotFoundError);
        BOOST_CHECK_THROW(download("a.txt", {}, true), LocalEntryNotFoundError);
    }
    fs::remove(cache / "refs" / "main");
    BOOST_REQUIRE(::mkfifo((cache / "refs" / "main").c_str(), 0600) == 0);
    BOOST_CHECK_THROW(snapshot("", true), LocalEntryNotFoundError);
    snapshot();  // and is replaced
    BOOST_TEST(read(cache / "refs" / "main") == commit);
}

BOOST_AUTO_TEST_CASE(a_ref_that_became_a_folder_of_refs_and_the_reverse_are_kept) {
    snapshot("a");
    snapshot("a/b");
    BOOST_TEST(read(cache / "refs" / "a" / "b") == commit);
    BOOST_TEST(snapshot("a/b", true) == (cache / "snapshots" / commit).string());
    snapshot("a");
    BOOST_TEST(read(cache / "refs" / "a") == commit);
}

BOOST_AUTO_TEST_CASE(a_ref_that_cannot_be_written_fails_nothing) {  // K1
    snapshot();
    fs::remove_all(cache / "refs");
    write(cache / "refs", "in the way");
    BOOST_TEST(snapshot() == (cache / "snapshots" / commit).string());
    BOOST_TEST(read(download("a.txt")) == "hello\n");
}

BOOST_AUTO_TEST_CASE(a_cached_file_of_the_wrong_size_is_fetched_again) {  // K9
    snapshot();
    const fs::path blob = cache / "blobs" / git_oid("hello\n");
    for (const std::uintmax_t size : {3u, 0u}) {
        fs::resize_file(blob, size);
        snapshot();
        BOOST_TEST(read(blob) == "hello\n");
        fs::resize_file(blob, size);
        download("a.txt");
        BOOST_TEST(read(blob) == "hello\n");
    }
}

BOOST_AUTO_TEST_CASE(an_absent_file_is_told_as_such_where_the_cache_cannot_note_it) {
    write(cache / ".no_exist", "in the way");
    write(cache / "refs", "in the way");
    BOOST_CHECK_THROW(download("absent.txt"), EntryNotFoundError);
}

BOOST_AUTO_TEST_CASE(a_link_whose_blob_is_gone_is_fetched_again) {
    snapshot();
    fs::remove(cache / "blobs" / git_oid("hello\n"));
    snapshot();
    BOOST_TEST(read(cache / "snapshots" / commit / "a.txt") == "hello\n");
}

BOOST_AUTO_TEST_CASE(a_cached_file_is_hashed_where_that_is_asked_for) {
    snapshot();
    const fs::path blob = cache / "blobs" / git_oid("hello\n");
    const SnapshotFile file("a.txt", git_oid("hello\n"), 6, false);
    const auto looks_right = [&](bool verify) { return run(is_right(AT_FDCWD, blob.string(), file, verify, {})); };
    BOOST_TEST(looks_right(true));
    write(blob, "HELLO\n");
    BOOST_TEST(looks_right(false));
    BOOST_TEST(!looks_right(true));
}

BOOST_AUTO_TEST_SUITE_END()
