#include "core/link_header.hpp"
#include "pure_table.hpp"

#include <chrono>

BOOST_AUTO_TEST_SUITE(link_header)

using hf::next_link;

BOOST_AUTO_TEST_CASE(links_as_the_reference) {
    hf::test::for_each_row("link_header", [](const hf::test::Row& row) {
        const auto link = next_link(row.text("link"));
        const auto& expected = row.output().as_object().at("next");
        BOOST_TEST(link.has_value() == expected.is_string());
        if (link) BOOST_TEST(*link == expected.as_string());
    });
}

BOOST_AUTO_TEST_CASE(forms_of_rfc_8288) {
    BOOST_TEST(next_link("</x?a=1;b=2>;REL=\"Next\"").value_or("") == "/x?a=1;b=2");
    BOOST_TEST(next_link("<a> ; rel = \"prev next\"").value_or("") == "a");
    BOOST_TEST(next_link("< a >;rel=next").value_or("") == "a");
    // Quoted commas, semicolons and quotes are text; only the first rel of a link counts.
    BOOST_TEST(next_link(R"(<a>; title="x, <b>; rel=next \" "; rel=last, <c>; rel=next)").value_or("") == "c");
    BOOST_TEST(next_link("<a>; rel=prev; rel=next, <b>; rel=\"next\"").value_or("") == "b");
    // Quotes of either kind or none, parameters in any order, white space of either kind.
    BOOST_TEST(next_link("<a>; rel='next'").value_or("") == "a");
    BOOST_TEST(next_link("<a>; title='x, y; z'; rel='prev next'").value_or("") == "a");
    BOOST_TEST(next_link("<a>;rel=last next").value_or("") == "a");
    BOOST_TEST(next_link("<x>;rel=prev;title, <a>;rel=\"next\"").value_or("") == "a");
    BOOST_TEST(next_link("<a>;title=x;rel=next;type=\"text/html\"").value_or("") == "a");
    BOOST_TEST(next_link("<a>\t;\trel\t=\t\"last\tnext\"").value_or("") == "a");
    BOOST_TEST(next_link("<p>; rel=\"prev\",\t<a>; hreflang=en; rel=\"next\"; results=\"true\"").value_or("") == "a");
    BOOST_TEST(next_link("<https://h/api/models?search=a,b;c&cursor=x>; rel=\"next\"").value_or("") ==
               "https://h/api/models?search=a,b;c&cursor=x");
    // The Hub's own, on a resolve redirect.
    BOOST_TEST(
        !next_link("<https://h/api/models/a/xet-read-token/c>; rel=\"xet-auth\", "
                   "<https://cas/reconstructions/x>; rel=\"xet-reconstruction-info\""));
}

BOOST_AUTO_TEST_CASE(malformed_fields_have_no_next) {
    for (const char* text :
         {"<", ">", "<a", "a; rel=next", "<>; rel=next", "<a>; rel", "<a>; rel=", "<a>; rel=\"", "<a>; rel=\"next",
          "<a>; xrel=next", "<a>; rel=nextx", "<a>, rel=next", ",,,", ";;;", "<a>; title=\"\\", "<a>;=next"}) {
        const bool unclosed_but_clear = std::string_view(text) == "<a>; rel=\"next";
        BOOST_TEST(next_link(text).has_value() == unclosed_but_clear, text);
    }
}

BOOST_AUTO_TEST_CASE(long_fields_take_linear_time) {
    const auto start = std::chrono::steady_clock::now();
    std::string quotes, opens, parameters = "<a>";
    for (int i = 0; i < 500'000; ++i) {
        quotes += "<\"";
        opens += "<>;";
        parameters += ";a=\"";
    }
    BOOST_TEST(!next_link(quotes));
    BOOST_TEST(!next_link(opens));
    BOOST_TEST(!next_link(parameters));
    BOOST_TEST((std::chrono::steady_clock::now() - start < std::chrono::seconds(5)));
}

BOOST_AUTO_TEST_SUITE_END()
