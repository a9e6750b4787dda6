#include "core/text.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace hf;
using namespace std::string_view_literals;
using Pieces = std::vector<std::string_view>;

}  // namespace

BOOST_AUTO_TEST_SUITE(text)

BOOST_AUTO_TEST_CASE(case_is_that_of_ascii) {
    BOOST_TEST(to_lower("AZ az 09 [`{@ \u00c9\xff") == "az az 09 [`{@ \u00c9\xff");
    BOOST_TEST(iequals("Content-Type", "content-tYPE"));
    BOOST_TEST(iequals("", ""));
    BOOST_TEST(!iequals("a", "ab"));
    BOOST_TEST(!iequals("[", "{"));  // 32 apart, and no letters
    BOOST_TEST(!iequals("\u00c9", "\u00e9"));
}

BOOST_AUTO_TEST_CASE(blanks_at_both_ends) {
    BOOST_TEST(trim("") == "");
    BOOST_TEST(trim(" \t ") == "");
    BOOST_TEST(trim("\t a b ") == "a b");
    BOOST_TEST(trim("\n a\r") == "\n a\r");
    BOOST_TEST(trim("\n a\r", " \t\r\n") == "a");
    BOOST_TEST(trim("//a/b//", "/") == "a/b");
}

BOOST_AUTO_TEST_CASE(pieces) {
    BOOST_TEST((split("", ',') == Pieces{""}));
    BOOST_TEST((split(",", ',') == Pieces{"", ""}));
    BOOST_TEST((split("a,,b", ',') == Pieces{"a", "", "b"}));
    std::string_view rest = "a=b=c";
    BOOST_TEST(take_until(rest, '=') == "a");
    BOOST_TEST(rest == "b=c");
    BOOST_TEST(take_until(rest, ';') == "b=c");
    BOOST_TEST(rest == "");
    BOOST_TEST(take_until(rest, ';') == "");
}

BOOST_AUTO_TEST_CASE(numbers_are_all_of_the_text) {
    BOOST_TEST((to_number<std::uint64_t>("18446744073709551615") == std::numeric_limits<std::uint64_t>::max()));
    BOOST_TEST((to_number<int>("-7") == -7));
    BOOST_TEST((to_number<std::uint16_t>("fF", 16) == 255));
    BOOST_TEST((to_number<unsigned>("007") == 7u));
    for (const auto bad : {"", " 1", "1 ", "+1", "1.0", "0x1", "x", "-1", "18446744073709551616"})
        BOOST_TEST(!to_number<std::uint64_t>(bad).has_value(), bad);
    BOOST_TEST(!to_number<std::uint16_t>("65536").has_value());
    BOOST_TEST(!to_number<int>("1\0"sv).has_value());
}

BOOST_AUTO_TEST_CASE(hexadecimal) {
    for (int c = 0; c < 256; ++c) {
        const auto at = "0123456789abcdefABCDEF"sv.find(static_cast<char>(c));
        const int value = at == std::string_view::npos ? -1 : static_cast<int>(at < 16 ? at : at - 6);
        BOOST_TEST(hex_value(static_cast<char>(c)) == value);
    }
    BOOST_TEST(is_hex("09afAF"));
    BOOST_TEST(is_hex(""));
    BOOST_TEST(!is_hex("0g"));
}

BOOST_AUTO_TEST_CASE(well_formed_utf8) {
    for (const auto good : {"", "a", "\u00e9\u20ac\U0001F600", "\ufeff"}) BOOST_TEST(is_utf8(good));
    for (const auto bad : {"\x80", "\xc3", "a\xe2\x82", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff"})
        BOOST_TEST(!is_utf8(bad));
}

BOOST_AUTO_TEST_SUITE_END()
