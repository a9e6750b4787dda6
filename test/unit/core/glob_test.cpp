#include "core/glob.hpp"
#include "pure_table.hpp"

#include <chrono>

BOOST_AUTO_TEST_SUITE(glob)

using hf::Glob;
using hf::PatternFilter;
using hf::test::Row;

namespace {

PatternFilter::Patterns patterns(const Row& row, const char* name) {
    if (!row.has(name)) return std::nullopt;
    return hf::test::texts(row.input().at(name));
}

bool matches(std::string_view pattern, std::string_view path) { return Glob(pattern).matches(path); }

}  // namespace

BOOST_AUTO_TEST_CASE(filters_as_the_reference) {
    hf::test::for_each_row("filter_repo_objects", [](const Row& row) {
        const PatternFilter filter(patterns(row, "allow_patterns"), patterns(row, "ignore_patterns"));
        const auto kept = hf::filter_repo_objects(hf::test::texts(row.input().at("items")), filter);
        BOOST_TEST(kept == hf::test::texts(row.output()), boost::test_tools::per_element());
    });
}

BOOST_AUTO_TEST_CASE(items_may_be_anything_with_a_path) {
    struct Item {
        int number;
        std::string path;
    };
    const std::vector<Item> items = {{1, "a.txt"}, {2, "b.bin"}, {3, "c.txt"}};
    const auto kept = hf::filter_repo_objects(items, PatternFilter({{"*.txt"}}, {{"a*"}}), &Item::path);
    BOOST_REQUIRE(kept.size() == 1u);
    BOOST_TEST(kept[0].number == 3);
}

BOOST_AUTO_TEST_CASE(a_slash_at_the_end_means_all_below_the_folder) {
    const PatternFilter allow({{"logs/"}}, std::nullopt), ignore(std::nullopt, {{"logs/", "*/tmp/"}});
    for (const char* path : {"logs/a", "logs/deep/b"}) {
        BOOST_TEST(allow.matches(path));
        BOOST_TEST(!ignore.matches(path));
    }
    for (const char* path : {"logs", "logs2/a", "a/logs/b"}) {
        BOOST_TEST(!allow.matches(path));
        BOOST_TEST(ignore.matches(path));
    }
    BOOST_TEST(!ignore.matches("a/tmp/b"));
    BOOST_TEST(!PatternFilter({{""}}, std::nullopt).matches("a"));
}

BOOST_AUTO_TEST_CASE(patterns_that_match_nothing_are_known) {
    const PatternFilter filter({{"*.txt", "model/", "*.bni"}}, {{"b*", "old/"}});
    const std::vector<std::string_view> paths = {"a.txt", "model/b", "b.txt"};
    const std::vector<std::string> wanted = {"*.bni", "old/"};
    BOOST_TEST(filter.unmatched(paths) == wanted, boost::test_tools::per_element());
    BOOST_TEST(PatternFilter().unmatched(paths).empty());
}

BOOST_AUTO_TEST_CASE(stars) {
    BOOST_TEST(matches("", ""));
    BOOST_TEST(!matches("", "a"));
    BOOST_TEST(matches("*", ""));
    BOOST_TEST(matches("**", "a\nb/c"));
    BOOST_TEST(matches("a*b*c", "a-b-b-c"));
    BOOST_TEST(!matches("a*b*c", "a-c-b"));
    BOOST_TEST(!matches("ab*ba", "aba"));
    BOOST_TEST(matches("ab*ba", "abba"));
    BOOST_TEST(matches("*a?c*", "xxabaacx"));
    BOOST_TEST(!matches("*aa*aa*aa", "aaaaa"));
    BOOST_TEST(matches("*[ab]?", "xxbz"));
    BOOST_TEST(!matches("*[ab]?", "xxbzz"));
}

// Each expectation was taken from CPython's fnmatch.fnmatchcase.
BOOST_AUTO_TEST_CASE(sets) {
    BOOST_TEST(matches("[]]", "]"));
    BOOST_TEST(matches("[]a]", "a"));
    BOOST_TEST(!matches("[!]]", "]"));
    BOOST_TEST(matches("[!]]", "x"));
    BOOST_TEST(matches("[]", "[]"));
    BOOST_TEST(matches("[!]", "[!]"));
    BOOST_TEST(matches("[a", "[a"));
    BOOST_TEST(matches("a[", "a["));
    BOOST_TEST(matches("[a-c-e]", "-"));
    BOOST_TEST(matches("[a-c-e]", "e"));
    BOOST_TEST(!matches("[a-c-e]", "d"));
    BOOST_TEST(matches("[--a]", "A"));
    BOOST_TEST(matches("[a-]", "-"));
    BOOST_TEST(matches("[-a]", "-"));
    BOOST_TEST(!matches("[b-a]", "a"));
    BOOST_TEST(!matches("[b-a]", "-"));
    BOOST_TEST(matches("[!b-a]", "a"));
    BOOST_TEST(matches("[^a]", "^"));
    BOOST_TEST(matches("[\\]", "\\"));
    BOOST_TEST(matches("[*]", "*"));
    BOOST_TEST(!matches("[*]", "a"));
    BOOST_TEST(!matches("[a]", ""));
}

BOOST_AUTO_TEST_CASE(characters_are_utf8) {
    BOOST_TEST(matches("?", "é"));
    BOOST_TEST(!matches("??", "é"));
    BOOST_TEST(matches("[é-ö]x", "èx") == false);
    BOOST_TEST(matches("[à-ö]x", "èx"));
    BOOST_TEST(matches("*?x", "éx"));
    BOOST_TEST(!matches("*???x", "éx"));
    BOOST_TEST(!matches("*??x", "éx"));
    BOOST_TEST(matches("日*?.txt", "日本.txt"));
    // Bytes that are no UTF-8 are characters of their own.
    BOOST_TEST(matches("?", "\xff"));
    BOOST_TEST(matches("*?", "a\xc3"));
    BOOST_TEST(matches("??", "\xe6\x97"));
    BOOST_TEST(matches("\xff*", "\xffx"));
    // One of them is not a part of another character.
    BOOST_TEST(!matches("~\xcd*", "~\xcd\xa6"));
    BOOST_TEST(!matches("*\xcd*", "~\xcd\xa6"));
    BOOST_TEST(matches("*\xcd*", "~\xcd~"));
}

BOOST_AUTO_TEST_CASE(no_pattern_is_slow) {
    const auto start = std::chrono::steady_clock::now();
    std::string stars, sets;
    for (int i = 0; i < 200; ++i) {
        stars += "*a";
        sets += "*[ab]?";
    }
    const std::string path(4000, 'a');
    BOOST_TEST(!matches(stars + "b", path));
    BOOST_TEST(!matches(sets + "*b", path));
    BOOST_TEST(matches(stars, path));
    BOOST_TEST(!matches("*[ab][ab][ab][ab][ab][ab][ab][ab]b*c", std::string(100'000, 'a')));
    // Milliseconds in truth; an exponential matcher would not end.
    BOOST_TEST((std::chrono::steady_clock::now() - start < std::chrono::seconds(5)));
}

BOOST_AUTO_TEST_SUITE_END()
