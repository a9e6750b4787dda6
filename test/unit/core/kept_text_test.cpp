#include "core/kept_text.hpp"
#include "core/path_layout.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace hf;
using namespace std::string_literals;

BOOST_AUTO_TEST_SUITE(kept_text)

BOOST_AUTO_TEST_CASE(a_field_is_read_as_it_was_written_whatever_it_holds) {
    for (const std::string& text : {"a"s,           "a/b.txt"s,
                                    " "s,           "\n"s,
                                    "\r\n"s,        "\t"s,
                                    "\0"s,          "a\0b"s,
                                    "a b"s,         "%"s,
                                    "%0a"s,         "%0A"s,
                                    "%25"s,         "%2e%2e/x"s,
                                    "-"s,           "abc 3\nhash 1 r ../x"s,
                                    "caf\xc3\xa9"s, "\xff\xfe"s,
                                    "\x7f"s,        "\\"s,
                                    "~"s,           std::string(5000, '\n')}) {
        const std::string field = write_field(text);
        BOOST_TEST(field.find_first_of(" \n\r\t\0"s) == field.npos);
        BOOST_TEST(read_field(field).value_or("?") == text);
    }
}

BOOST_AUTO_TEST_CASE(a_field_that_nobody_wrote_is_refused) {
    for (const std::string& field :
         {""s, "a b"s, "a\nb"s, "%"s, "%2"s, "%zz"s, "%41"s, "%0a"s, "\0"s, "caf\xc3\xa9"s, "a\\b"s})
        BOOST_TEST(!read_field(field), field);
}

BOOST_AUTO_TEST_CASE(a_number_is_digits_below_two_to_the_63) {
    BOOST_TEST(read_number("0").value() == 0u);
    BOOST_TEST(read_number("9223372036854775807").value() == 9223372036854775807u);
    for (const std::string& text : {""s, "-1"s, "+1"s, "01"s, "00"s, " 1"s, "1 "s, "1.0"s, "1e3"s, "0x1"s,
                                    "9223372036854775808"s, "18446744073709551615"s, "18446744073709551616"s, "1\0"s})
        BOOST_TEST(!read_number(text), text);
}

BOOST_AUTO_TEST_CASE(a_hash_is_40_or_64_hexadecimal_digits_and_nothing_else) {
    const std::string git(40, 'a'), sha256(64, '0');
    BOOST_TEST(to_content_hash(git).value() == git);
    BOOST_TEST(to_content_hash(sha256).value() == sha256);
    BOOST_TEST(to_content_hash(std::string(40, 'A')).value() == git);
    BOOST_TEST(to_content_hash("sha256:" + sha256).value() == sha256);
    for (const std::string& text :
         {""s, "x"s, std::string(32, '0'), std::string(39, '0'), std::string(41, '0'), std::string(63, '0'),
          std::string(65, '0'), std::string(39, '0') + "g", std::string(39, '0') + "\n", "sha256:"s, "md5:" + git,
          "../" + std::string(37, '0')})
        BOOST_TEST(!to_content_hash(text), text);
    BOOST_TEST(!is_content_hash(std::string(40, 'A')));
}

BOOST_AUTO_TEST_CASE(paths_that_cannot_be_in_one_folder_are_found) {
    const auto clash = [](const std::vector<std::string_view>& paths) {
        PathLayout layout;
        for (const auto path : paths) layout.add(path);
        return layout.clash();
    };
    BOOST_TEST(!clash({}));
    BOOST_TEST(!clash({"a", "b/a", "b/c", "ab/c", "a-b", "a.b/c"}));
    BOOST_TEST((clash({"a", "b", "a"}) == std::pair<std::string_view, std::string_view>("a", "a")));
    BOOST_TEST((clash({"a-b", "a/b/c", "a/b"}) == std::pair<std::string_view, std::string_view>("a/b", "a/b/c")));
    BOOST_TEST((clash({"a", "a-b", "a/b"}) == std::pair<std::string_view, std::string_view>("a", "a/b")));
    BOOST_TEST(
        (clash({"b", "a/b/c/d", "a/b/c/e", "a"}) == std::pair<std::string_view, std::string_view>("a", "a/b/c/d")));
}

BOOST_AUTO_TEST_CASE(a_name_of_256_bytes_is_too_long_one_of_255_is_not) {
    const std::string fits = "a/" + std::string(255, 'x') + "/b", over = "a/" + std::string(256, 'x') + "/b";
    PathLayout layout;
    layout.add(fits);
    layout.add("c");
    BOOST_TEST(!layout.long_name());
    layout.add(over);
    BOOST_TEST(layout.long_name().value() == over);
    PathLayout alone;
    alone.add(std::string_view(over).substr(2, 256));
    BOOST_TEST(alone.long_name().has_value());
    while (!layout.empty()) layout.pop_back();
}

BOOST_AUTO_TEST_SUITE_END()
