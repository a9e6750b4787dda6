#include "core/cache_names.hpp"
#include "pure_table.hpp"

#include <hf/core/error.hpp>
#include <hf/core/hash.hpp>

BOOST_AUTO_TEST_SUITE(cache_names)

using hf::test::Row;

BOOST_AUTO_TEST_CASE(names_as_the_reference) {
    hf::test::for_each_row("cache_names", [](const Row& row) {
        const std::string what = row.text("what");
        if (what == "repo_folder_name") {
            const auto name = hf::repo_folder_name(row.text("repo_type"), row.text("repo_id"));
            BOOST_TEST(name == row.output().as_string());
        } else if (what == "normalize_etag") {
            if (!row.has("etag")) return;  // an absent field is the caller's business
            BOOST_TEST(hf::normalize_etag(row.text("etag")) == row.output().as_string());
        } else {
            BOOST_REQUIRE(what == "legacy_file_name");
            const auto name = hf::legacy_cache_file_name(row.text("url"), row.text("etag"));
            BOOST_TEST(name == row.output().as_string());
        }
    });
}

BOOST_AUTO_TEST_CASE(etags_that_can_name_a_file) {
    BOOST_TEST(hf::is_safe_etag("95e1f5b1"));
    BOOST_TEST(hf::is_safe_etag("abc-3"));
    for (const char* etag : {"", ".", "..", "a/b", "../x", "a\\b", "C:x", "a\nb"}) BOOST_TEST(!hf::is_safe_etag(etag));
    BOOST_TEST(!hf::is_safe_etag(std::string(256, 'a')));
    BOOST_TEST(hf::normalize_etag("") == "");
    BOOST_TEST(hf::normalize_etag("\"") == "");
    BOOST_TEST(hf::normalize_etag("W/") == "");
}

BOOST_AUTO_TEST_CASE(places_in_a_shared_cache) {
    const hf::RepoCachePaths paths("/c", "dataset", "a/b");
    const std::string commit(40, 'c');
    BOOST_TEST(paths.root() == "/c/datasets--a--b");
    BOOST_TEST(paths.ref("refs/pr/1") == "/c/datasets--a--b/refs/refs/pr/1");
    BOOST_TEST(paths.blob("e") == "/c/datasets--a--b/blobs/e");
    BOOST_TEST(paths.pointer(commit, "d/f.txt") == "/c/datasets--a--b/snapshots/" + commit + "/d/f.txt");
    BOOST_TEST(paths.no_exist(commit, "d/f.txt") == "/c/datasets--a--b/.no_exist/" + commit + "/d/f.txt");
    BOOST_TEST(paths.lock("e") == "/c/.locks/datasets--a--b/e.lock");
    const std::string longest(255, 'e');
    BOOST_TEST(paths.lock(longest) == "/c/.locks/datasets--a--b/" + hf::sha256_hex(longest) + ".lock");
}

BOOST_AUTO_TEST_CASE(no_name_leaves_the_cache) {
    const hf::RepoCachePaths paths("/c", "", "gpt2");
    BOOST_TEST(paths.root() == "/c/models--gpt2");
    BOOST_CHECK_THROW(paths.ref("../../x"), hf::UnsafePathError);
    BOOST_CHECK_THROW(paths.blob("../x"), hf::UnsafePathError);
    BOOST_CHECK_THROW(paths.lock(""), hf::UnsafePathError);
    BOOST_CHECK_THROW(paths.snapshot(".."), hf::UnsafePathError);
    BOOST_CHECK_THROW(paths.pointer(std::string(40, 'c'), "/etc/passwd"), hf::UnsafePathError);
    for (const std::string& commit : {std::string(".."), std::string("c0"), std::string(40, 'C'), std::string(41, 'c'),
                                      std::string(39, 'c') + "\n", std::string()}) {
        BOOST_CHECK_THROW(paths.snapshot(commit), hf::UnsafePathError);
        BOOST_CHECK_THROW(paths.pointer(commit, "a"), hf::UnsafePathError);
        BOOST_CHECK_THROW(paths.no_exist(commit, "a"), hf::UnsafePathError);
    }
    BOOST_CHECK_THROW(hf::RepoCachePaths("/c", "", "../x"), hf::HFValidationError);
}

BOOST_AUTO_TEST_SUITE_END()
