// Small readers of what clients send.
#include "local_hub/data/html.hpp"
#include "local_hub/git/gitattributes.hpp"
#include "local_hub/http/base64url.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace {

using namespace hf::local_hub;
using namespace std::string_view_literals;

}  // namespace

BOOST_AUTO_TEST_SUITE(texts)

BOOST_AUTO_TEST_CASE(base64_with_and_without_padding) {
    for (const auto text : {"YWI=", "YWI"}) BOOST_TEST((base64_decode_unpadded(text) == "ab"));
    BOOST_TEST((base64_decode_unpadded("") == ""));
    for (const auto text : {"Y", "YWI==", "YW=", "Y===", "====", "YW I", "YWI-", "YWJj="})
        BOOST_TEST(!base64_decode_unpadded(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(base64url_is_its_own_inverse) {
    std::string bytes;
    for (int c = 0; c < 256; ++c) {
        bytes += static_cast<char>(255 - c);
        const std::string text = base64url_encode(bytes);
        BOOST_TEST(text.find_first_of("+/=") == text.npos);
        BOOST_TEST((base64url_decode(text) == bytes));
    }
    for (const auto text : {"+", "a+b/", "YQ==Y", "a b"}) BOOST_TEST(!base64url_decode(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(binary_is_what_is_no_text) {
    for (const auto sample : {""sv, "text\n"sv, "\u00e9"sv, "\U0001F600"sv, "a\xc3"sv, "a\xe2\x82"sv, "a\xf0\x9f"sv,
                              "a\xf0\x9f\x98"sv, "\xe2"sv})
        BOOST_TEST(!looks_binary(sample), sample);
    for (const auto sample : {"a\0b"sv, "\x80"sv, "a\xff"sv, "\xc3(more"sv, "\xc0\x80"sv, "\xed\xa0\x80."sv,
                              "\xe2\x82 "sv, "a\x80\x80\x80\x80"sv, "\xf8\x88\x80\x80"sv})
        BOOST_TEST(looks_binary(sample));
}

BOOST_AUTO_TEST_CASE(html) {
    BOOST_TEST(escaped_html("<a href=\"x\">&amp;") == "&lt;a href=&quot;x&quot;&gt;&amp;amp;");
}

BOOST_AUTO_TEST_SUITE_END()
