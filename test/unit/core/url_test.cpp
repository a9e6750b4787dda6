#include <hf/core/error.hpp>
#include <hf/core/url.hpp>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(url)

using hf::Url;

BOOST_AUTO_TEST_CASE(parsing_keeps_the_encoding_and_normalises_the_origin) {
    const Url url = Url::parse("HTTPS://HuggingFace.co/a%2Fb/resolve/refs%2Fpr%2F1/x?cursor=a%3D%3D&p=1");
    BOOST_TEST(url.origin().to_string() == "https://huggingface.co");
    BOOST_TEST(url.origin().port == 443);
    BOOST_TEST(url.target() == "/a%2Fb/resolve/refs%2Fpr%2F1/x?cursor=a%3D%3D&p=1");
    BOOST_TEST(url.path() == "/a%2Fb/resolve/refs%2Fpr%2F1/x");
    BOOST_TEST(url.query() == "cursor=a%3D%3D&p=1");
    BOOST_TEST(Url::parse("http://h").target() == "/");
    BOOST_TEST(Url::parse("http://h?x=1").target() == "/?x=1");
    BOOST_TEST(Url::parse("http://h:8080/#fragment").to_string() == "http://h:8080/");
    BOOST_TEST(Url::parse("http://[::1]:80/").origin().host_header() == "[::1]");
}

BOOST_AUTO_TEST_CASE(what_is_no_http_url_is_refused) {
    for (const char* text : {"",
                             "/a",
                             "ftp://h/",
                             "http://",
                             "http:///a",
                             "http://h:x/",
                             "http://h/\r\nX: 1",
                             "h/a",
                             "http://h:99999/",
                             "http://h:0/",
                             "http://u@/",
                             "http://:80/",
                             "http://h%0d%0aX/",
                             "http://h%00/",
                             "http:h",
                             "http:/h",
                             "http://[::1/",
                             "http://[x]/",
                             "http://[::1]x/",
                             "http://h\\@evil/",
                             "http://a b/",
                             "http://h:-1/",
                             "http://h: 80/",
                             "://h/"})
        BOOST_CHECK_EXCEPTION(Url::parse(text), hf::HFValidationError,
                              [](const hf::Error& e) { return e.info().argument == "url"; });
}

BOOST_AUTO_TEST_CASE(servers_may_forget_to_escape) {
    BOOST_TEST(Url::parse("http://h/a b[1].txt?x=é").target() == "/a%20b%5B1%5D.txt?x=%C3%A9");
    BOOST_TEST(Url::parse("http://h/100%.txt?x=%2F%g1").target() == "/100%25.txt?x=%2F%25g1");
    BOOST_TEST(Url::parse("http://h:/a").to_string() == "http://h/a");
    BOOST_TEST(Url::parse("http://u:p@[::1]:81/a").origin().to_string() == "http://[::1]:81");
    BOOST_TEST(Url::parse("http://a@b@c/").origin().host == "c");
}

BOOST_AUTO_TEST_CASE(references_resolve_against_the_page_they_came_from) {
    const Url base = Url::parse("https://h/a/b?x=1");
    BOOST_TEST(base.resolve("/api/c?y=2").to_string() == "https://h/api/c?y=2");
    BOOST_TEST(base.resolve("c").to_string() == "https://h/a/c");
    BOOST_TEST(base.resolve("").to_string() == "https://h/a/b?x=1");
    BOOST_TEST(base.resolve("?y=2").to_string() == "https://h/a/b?y=2");
    BOOST_TEST(base.resolve("#top").to_string() == "https://h/a/b?x=1");
    BOOST_TEST(base.resolve("../../c d?u=/../x").to_string() == "https://h/c%20d?u=/../x");
    BOOST_TEST(base.resolve("./c/.").to_string() == "https://h/a/c/");
    BOOST_TEST(base.resolve("//other/c").to_string() == "https://other/c");
    BOOST_TEST(base.resolve("http://other:81/c").to_string() == "http://other:81/c");
    BOOST_CHECK_THROW(base.resolve("javascript:alert(1)"), hf::HFValidationError);
    BOOST_CHECK_THROW(base.resolve("/a\nb"), hf::HFValidationError);
}

BOOST_AUTO_TEST_CASE(signatures_do_not_reach_messages) {
    const auto text = Url::parse("https://user:pw@s3/x?X-Amz-Signature=abc&limit=5").redacted();
    BOOST_TEST(text == "https://s3/x?X-Amz-Signature=…&limit=5");
}

BOOST_AUTO_TEST_CASE(malformed_urls_are_quoted_without_their_secrets) {
    for (const std::string_view text : {"htp://user:PWSECRET@h", "http://user:PWSECRET@h:99999/x?Signature=PWSECRET",
                                        "http://user:PW?SECRET@h:x", "user:PWSECRET@h", "http://h:x/?token=PWSECRET",
                                        "http://a@PWSECRET@h:x", "//u:PWSECRET@/", "http://user:PW/SECRET@h"}) {
        BOOST_CHECK_EXCEPTION(Url::parse(text), hf::HFValidationError,
                              [&](const auto& error) { return error.message().find("SECRET") == std::string::npos; });
    }
}

BOOST_AUTO_TEST_CASE(user_info_is_found_in_the_authority_only) {
    BOOST_TEST(hf::user_info("https://user:p%40ss@host:81/a@b?c=d@e") == "user:p%40ss");
    BOOST_TEST(hf::user_info("https://a@b@host") == "a@b");
    for (const std::string_view text : {"https://host/a@b", "https://host?a@b", "https://host#a@b", "a@b", ""})
        BOOST_TEST(hf::user_info(text) == "");
    BOOST_TEST(hf::basic_credentials("user:p%40ss") == "Basic dXNlcjpwQHNz");
    BOOST_TEST(hf::basic_credentials("user") == "Basic dXNlcjo=");
}

BOOST_AUTO_TEST_CASE(quoting_is_that_of_urllib) {
    BOOST_TEST(hf::quote("a b/c~é+") == "a%20b/c~%C3%A9%2B");
    BOOST_TEST(hf::quote("refs/pr/1", "") == "refs%2Fpr%2F1");
    BOOST_TEST(hf::quote_plus("a b/c+d") == "a+b%2Fc%2Bd");
    BOOST_TEST(hf::unquote("a%20b%2Fc+%zz%4") == "a b/c+%zz%4");
    std::string all;
    for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
    BOOST_TEST(hf::unquote(hf::quote(all, "")) == all);
}

BOOST_AUTO_TEST_SUITE_END()
