// The files that hfhub keeps between runs: what a server says cannot add to them, and what is read back is checked.
#include "engine/files/journal.hpp"
#include "workflow/mirror_records.hpp"
#include "workflow/snapshot_files.hpp"

#include <hf/core/error.hpp>
#include <hf/core/json.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

using namespace hf;
using namespace std::string_literals;

namespace {

const std::string commit(40, 'c'), git(40, 'a'), sha256(64, 'b');

// Safe as names, and everything that could end a field or a line.
const std::vector<std::string> awkward = {"a b",
                                          "a\nb",
                                          "a\r\nb",
                                          "a\tb",
                                          "%0a",
                                          "%2e%2e%2fx",
                                          "%",
                                          "-",
                                          "é",
                                          "\xff",
                                          "a\x7f"
                                          "b",
                                          "a%20b%0Ac",
                                          " ",
                                          "x 1 r y",
                                          "\n\n",
                                          "a/b c/d\ne"};
const std::vector<std::string> unsafe = {"../x", "/etc/passwd", "a/../b", "a//b", "a\0b"s, ".git/config", "..", "a/."};

std::string tree(const std::string& lines, const std::string& count, const std::string& head = commit) {
    return "hfhub-tree 2 " + head + " " + count + "\n" + lines;
}
std::string records(const std::string& lines, const std::string& count) {
    return "hfhub-mirror 2 " + count + "\n" + lines;
}
std::string percent(const std::string& text) {
    std::string out;
    char digits[4];
    for (const unsigned char c : text) {
        std::snprintf(digits, sizeof digits, "%%%02X", c);
        out += digits;
    }
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(kept_formats)

BOOST_AUTO_TEST_CASE(a_listing_is_read_as_it_was_written_whatever_its_names) {
    SnapshotListing listing(commit);
    for (const std::string& name : awkward) listing.files.emplace_back(name, git, 7, false);
    listing.files.emplace_back("lfs.bin", sha256, (1ull << 63) - 1, true);
    const auto back = SnapshotListing::parse(listing.to_text());
    BOOST_REQUIRE(back);
    BOOST_TEST(back->commit == commit);
    BOOST_TEST((back->files == listing.files));
}

BOOST_AUTO_TEST_CASE(no_member_of_a_listing_adds_a_line) {
    const std::string line = git + " 1 r evil\n";
    for (const std::string& odd :
         {commit + " 1\n" + line, commit + "\n", "abc 3\n" + line, ""s, "../x"s, commit + "\0"s}) {
        SnapshotListing listing(odd);
        listing.files.emplace_back("a", git, 1, false);
        BOOST_TEST(!SnapshotListing::parse(listing.to_text()), odd);
    }
    for (const std::string& odd :
         {git + " 1 r x\n" + line, "\n" + line, " "s, "x"s, ""s, "../../x"s, std::string(40, 'A')}) {
        SnapshotListing listing(commit);
        listing.files.emplace_back("a", odd, 1, false);
        BOOST_TEST(!SnapshotListing::parse(listing.to_text()), odd);
    }
}

BOOST_AUTO_TEST_CASE(a_kept_listing_is_checked_like_an_answer) {
    const std::string good = git + " 1 r a\n" + sha256 + " 2 l b\n";
    BOOST_REQUIRE(SnapshotListing::parse(tree(good, "2")));
    for (const std::string& name : unsafe) {
        BOOST_TEST(!SnapshotListing::parse(tree(git + " 1 r " + percent(name) + "\n", "1")), name);
        BOOST_TEST(!SnapshotListing::parse(tree(git + " 1 r " + name + "\n", "1")), name);
    }
    for (const std::string& text : {""s,
                                    "hfhub-tree 2 "s,
                                    tree(good, "1"),
                                    tree(good, "3"),
                                    tree(good, ""),
                                    tree(good, "-2"),
                                    tree(good, "2 "),
                                    tree(good, "18446744073709551615"),
                                    tree(good, "2", "abc"),
                                    tree(good, "2", "../../x"),
                                    tree(good, "2", ""),
                                    tree(good.substr(0, good.size() - 1), "2"),
                                    tree(good + "\n", "2"),
                                    tree(git + " 1 x a\n", "1"),
                                    tree(git + " -1 r a\n", "1"),
                                    tree(git + " 9223372036854775808 r a\n", "1"),
                                    tree(git + " 1 r \n", "1"),
                                    tree(git + " 1 r a b\n", "1"),
                                    tree(git + " 1 r %41\n", "1"),
                                    tree(git + "  1 r a\n", "1"),
                                    tree(git + " 1 r a\n" + git + " 1 r a\n", "2"),
                                    tree(git + " 1 r a\n" + git + " 1 r a/b\n", "2"),
                                    "hfhub-tree 1 " + commit + " 1\n" + git + " 1 r a\n"})
        BOOST_TEST(!SnapshotListing::parse(text), text);
}

BOOST_AUTO_TEST_CASE(records_are_read_as_they_were_written_whatever_their_names) {
    MirrorRecords kept;
    for (const std::string& name : awkward) {
        MirrorRecords::Record record;
        record.etag = git;
        record.size = name.size();
        record.modified = 1'700'000'000'000'000'000;
        kept.files.emplace(name, record);
    }
    kept.files.begin()->second.modified = MirrorRecords::unknown;
    BOOST_TEST((MirrorRecords::parse(kept.to_text()).files == kept.files));
}

BOOST_AUTO_TEST_CASE(no_member_of_a_record_adds_a_line) {
    for (const std::string& odd :
         {"e1 1 1 y\ne2 1 1 ../../victim\ne3"s, git + " 1 1 y\n" + git, " "s, "\n"s, ""s, "x"s}) {
        MirrorRecords kept;
        kept.files["a.txt"].etag = odd;
        BOOST_TEST(MirrorRecords::parse(kept.to_text()).files.empty(), odd);
    }
}

BOOST_AUTO_TEST_CASE(kept_records_are_checked_like_an_answer) {
    const std::string good = git + " 1 1 a\n";
    BOOST_REQUIRE(MirrorRecords::parse(records(good, "1")).files.size() == 1);
    for (const std::string& name : unsafe) {
        BOOST_TEST(MirrorRecords::parse(records(good + git + " 1 1 " + percent(name) + "\n", "2")).files.empty(), name);
        BOOST_TEST(
            MirrorRecords::parse("hfhub-mirror 1\n" + good + git + " 1 1 " + percent(name) + "\n").files.empty());
    }
    for (const std::string& text :
         {""s, records(good, "0"), records(good, "2"), records(good, ""), records(good + good, "2"),
          records(good.substr(0, good.size() - 1), "1"), records("x 1 1 a\n", "1"), records(git + " -1 1 a\n", "1"),
          records(git + " 1 -1 a\n", "1"), records(git + " 1 1 \n", "1"), records(git + " 1 1 a b\n", "1"),
          records(good + git + " 1 1 a/b\n", "2"), "hfhub-mirror 3 1\n" + good})
        BOOST_TEST(MirrorRecords::parse(text).files.empty(), text);
}

BOOST_AUTO_TEST_CASE(records_of_an_older_version_name_files_but_are_not_believed) {
    const auto old = MirrorRecords::parse("hfhub-mirror 1\n" + git + " 5 77 a b%0A\n");
    BOOST_REQUIRE(old.files.contains("a b\n"));
    const MirrorRecords::Record& record = old.files.at("a b\n");
    BOOST_TEST(record.etag == git);
    BOOST_TEST(record.modified == MirrorRecords::unknown);
    BOOST_TEST(MirrorRecords::parse(old.to_text()).files.at("a b\n").modified == MirrorRecords::unknown);
}

BOOST_AUTO_TEST_CASE(a_journal_is_read_as_it_was_written_whatever_its_validator) {
    for (const std::string& validator : {"\"e\""s, "W/\"a b\""s, "Sat, 01 Jan 2022 00:00:00 GMT"s, "%0A"s, ""s}) {
        const Journal journal("odd etag 1", 100, validator);
        const auto back = Journal::parse(journal.header() + Journal::line({0, 10}) + Journal::line({20, 30}) + "40-");
        BOOST_REQUIRE(back);
        BOOST_TEST(back->etag == journal.etag);
        BOOST_TEST(back->validator == validator);
        BOOST_TEST(back->ranges.total() == 20u);
    }
}

BOOST_AUTO_TEST_CASE(no_member_of_a_journal_adds_a_line) {
    const Journal etag("x 9 -\n0-9\n", 100, "v"), validator("x", 100, "v\n0-100\n");
    BOOST_TEST(Journal::parse(etag.header()).value().ranges.total() == 0u);
    BOOST_TEST(!Journal::parse(validator.header()));  // and nothing of it gets into a request
}

BOOST_AUTO_TEST_CASE(a_journal_that_lies_is_ignored) {
    const std::string head = Journal(git, 100, "").header();
    for (const std::string& lines : {"0-101\n"s, "5-5\n"s, "6-5\n"s, "0-10\n0-9223372036854775807\n"s})
        BOOST_TEST(!Journal::parse(head + lines), lines);
    // What a crash leaves behind is not a lie.
    BOOST_TEST(Journal::parse(head + "0-10\n\0\0\0\n20-30\n"s).value().ranges.total() == 10u);
    BOOST_TEST(Journal::parse(head + "0-60\n40-100\n").value().ranges.total() == 100u);
    std::string many = Journal(git, {}, "").header();
    for (std::uint64_t i = 100'000; i > 0; --i) many += Journal::line({i * 10, i * 10 + 1});
    BOOST_TEST(!Journal::parse(many));
    BOOST_TEST(!Journal::parse("hfhub-partial 2 " + git + " 18446744073709551615 -\n"));
}

BOOST_AUTO_TEST_CASE(a_journal_of_an_older_version_is_taken_over_if_its_bytes_can_be_verified) {
    const auto old = Journal::parse("hfhub-partial 1 " + git + " 100 W/\"a b\"\n0-10\n");
    BOOST_REQUIRE(old);
    BOOST_TEST(old->validator == "W/\"a b\"");
    BOOST_TEST(old->ranges.total() == 10u);
    BOOST_TEST(!Journal::parse("hfhub-partial 1 odd 100 -\n0-10\n"));
    BOOST_TEST(!Journal::parse("hfhub-partial 1 " + git + " 100 a\rb\n0-10\n"));
}

BOOST_AUTO_TEST_CASE(an_entry_is_understood_or_odd_but_never_skipped) {
    const auto entry = [](std::string text) {
        std::ranges::replace(text, '\'', '"');
        return read_tree_entry(json::parse(text));
    };
    const std::string name = "'type':'file','path':'f',";
    const SnapshotFile regular("f", git, 6, false), lfs("f", sha256, 6, true);
    for (const std::string& text :
         {"{" + name + "'oid':'" + git + "','size':6}", "{" + name + "'oid':'" + git + "','size':6.0,'lfs':null}",
          "{" + name + "'oid':'" + std::string(40, 'A') + "','size':6,'lfs':{},'xetHash':null}"})
        BOOST_TEST((entry(text).file == regular), text);
    for (const std::string& text :
         {"{" + name + "'size':6,'lfs':{'oid':'" + sha256 + "','size':6,'pointerSize':1}}",
          "{" + name + "'oid':null,'size':6,'lfs':{'oid':'sha256:" + sha256 + "'}}",
          "{" + name + "'oid':'" + git + "','size':1,'lfs':{'sha256':'" + std::string(64, 'B') + "','size':6}}"})
        BOOST_TEST((entry(text).file == lfs), text);
    for (const std::string& text :
         {"{" + name + "'size':6}", "{" + name + "'oid':'x','size':6}", "{" + name + "'oid':'" + git + "'}",
          "{" + name + "'oid':'" + git + "','size':-1}", "{" + name + "'oid':'" + git + "','size':'6'}",
          "{" + name + "'oid':'" + git + "','size':1.5}",
          "{" + name + "'oid':'" + git + "','size':9223372036854775808}",
          "{" + name + "'oid':'" + git + "','size':null}", "{" + name + "'oid':'" + git + "','size':6,'lfs':true}",
          "{" + name + "'oid':'" + git + "','size':6,'lfs':{'size':6}}",
          "{" + name + "'size':6,'lfs':{'oid':'" + std::string(32, '0') + "','size':6}}",
          "{" + name + "'size':6,'lfs':{'oid':'" + git + "','size':6}}", "{'path':'f','oid':'" + git + "','size':6}"s,
          "{'type':'symlink','path':'f'}"s}) {
        const ListedFile listed = entry(text);
        BOOST_TEST(!listed.file, text);
        BOOST_REQUIRE_MESSAGE(listed.odd, text);
        BOOST_TEST(listed.odd->path == "f");
        BOOST_TEST(listed.odd->message.find(" f ") != std::string::npos, listed.odd->message);
        BOOST_TEST((listed.odd->code == Errc::invalid_response));
    }
    for (const std::string& text :
         {"1"s, "null"s, "'x'"s, "[]"s, "{'type':'file','path':5,'oid':'x'}"s, "{'type':'file'}"s})
        BOOST_TEST((entry(text).odd && !entry(text).odd->path.empty()), text);
    const ListedFile folder = entry("{'type':'directory','path':'d','oid':'x'}");
    BOOST_TEST((!folder.file && !folder.odd));
}

BOOST_AUTO_TEST_CASE(odd_entries_are_kept_with_what_is_wrong) {
    SnapshotListing listing(commit);
    listing.add(ListedFile("b", "has no usable hash"));
    BOOST_REQUIRE_EQUAL(listing.odd.size(), 1u);
    BOOST_TEST(listing.odd[0].message == "the server's list of files is odd: b has no usable hash");
    BOOST_CHECK_THROW(listing.add(ListedFile("../c", "has no usable size")), UnsafePathError);
    BOOST_CHECK_THROW(listing.add(SnapshotFile("a/../../b", git, 1, false)), UnsafePathError);
}

BOOST_AUTO_TEST_SUITE_END()
