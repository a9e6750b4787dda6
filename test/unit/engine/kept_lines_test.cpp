#include "engine/files/kept_lines.hpp"
#include "files.hpp"
#include "temporary_folder.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include <sys/stat.h>

namespace fs = std::filesystem;
using namespace std::string_literals;
using hf::test::read_file;

namespace {

struct Fixture : hf::test::TemporaryFolder {
    Fixture() : tree(path().string()) {}

    /// The lines of what `text` is, kept; `whole` says whether nothing follows them.
    std::vector<std::string> lines(const std::string& text) {
        write("text", text);
        hf::LineReader reader(tree, "text");
        std::vector<std::string> out;
        while (const auto line = reader.next()) out.emplace_back(*line);
        whole = reader.is_whole();
        return out;
    }
    std::optional<std::string> read_in_slices(const std::string& name) {
        boost::asio::io_context context;
        hf::Slice slice;
        auto text = boost::asio::co_spawn(context, hf::read_text_in_slices(tree, name, slice), boost::asio::use_future);
        context.run();
        return text.get();
    }

    hf::FolderTree tree;
    bool whole = false;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(kept_lines, Fixture)

BOOST_AUTO_TEST_CASE(lines_are_read_whatever_blocks_they_come_in) {
    for (const std::size_t length : {0u, 1u, 100u, 65535u, 65536u}) {
        const std::string line(length, 'x');
        std::string text;
        for (int i = 0; i < 5; ++i) text += line + "\n";
        BOOST_TEST((lines(text) == std::vector<std::string>(5, line)), length);
        BOOST_TEST(whole, length);
    }
    std::string text;
    std::vector<std::string> wanted;
    for (int i = 0; i < 50'000; ++i) {
        wanted.push_back("line " + std::to_string(i));
        text += wanted.back() + "\n";
    }
    BOOST_TEST((lines(text) == wanted));
    BOOST_TEST(whole);
}

BOOST_AUTO_TEST_CASE(what_does_not_end_with_a_line_is_not_whole) {
    BOOST_TEST(lines("").empty());
    BOOST_TEST(!whole);
    BOOST_TEST((lines("a\nb") == std::vector{"a"s}));
    BOOST_TEST(!whole);
    BOOST_TEST(lines("a").empty());
    BOOST_TEST(!whole);
    BOOST_TEST((lines("a\n\n") == std::vector{"a"s, ""s}));
    BOOST_TEST(whole);
}

BOOST_AUTO_TEST_CASE(a_line_that_no_end_comes_of_is_not_read_to_the_end) {
    BOOST_TEST((lines("a\n" + std::string(1u << 20, 'x') + "\nb\n") == std::vector{"a"s}));
    BOOST_TEST(!whole);
}

BOOST_AUTO_TEST_CASE(what_is_no_file_has_no_lines) {
    fs::create_directories(path() / "folder");
    BOOST_REQUIRE(::mkfifo((path() / "fifo").c_str(), 0600) == 0);
    for (const char* name : {"folder", "fifo", "nothing", "nowhere/nothing"}) {
        hf::LineReader reader(tree, name);
        BOOST_TEST(!reader.next(), name);
        BOOST_TEST(!reader.is_whole(), name);
        BOOST_TEST(reader.size() == 0u, name);
        BOOST_TEST(!read_in_slices(name), name);
    }
}

BOOST_AUTO_TEST_CASE(a_text_replaces_the_old_one_only_when_it_is_finished) {
    write("text", "old");
    {
        hf::TextWriter text(tree, "text");
        text.append("new");
    }
    BOOST_TEST(read_file(path() / "text") == "old");
    std::string wanted;
    hf::TextWriter text(tree, "text");
    for (int i = 0; i < 30'000; ++i) {
        const std::string piece = std::to_string(i) + "\n";
        text.append(piece);
        wanted += piece;
    }
    BOOST_TEST(read_file(path() / "text") == "old");
    text.finish();
    BOOST_TEST((read_file(path() / "text") == wanted));
    BOOST_TEST((read_in_slices("text") == wanted));
    BOOST_TEST(std::distance(fs::directory_iterator(path()), fs::directory_iterator()) == 1);
}

BOOST_AUTO_TEST_SUITE_END()
