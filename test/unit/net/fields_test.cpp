#include <hf/net/transport.hpp>

#include <boost/test/unit_test.hpp>

namespace net = hf::net;

BOOST_AUTO_TEST_SUITE(net_fields)

BOOST_AUTO_TEST_CASE(names_compare_without_case) {
    net::Fields fields;
    fields.add("Link", "a");
    fields.add("link", "b");
    fields.add("ETag", "\"x\"");
    BOOST_TEST(fields.size() == 3u);
    BOOST_TEST(*fields.find("LINK") == "a");
    BOOST_TEST(fields.combined("link") == "a, b");
    BOOST_TEST(fields.contains("etag"));
    BOOST_TEST(!fields.contains("eta"));
    BOOST_TEST(fields.combined("absent").empty());
}

BOOST_AUTO_TEST_CASE(set_replaces_all_and_erase_removes_all) {
    net::Fields fields;
    fields.add("A", "1");
    fields.add("B", "2");
    fields.add("a", "3");
    fields.set("a", "4");
    BOOST_TEST(fields.size() == 2u);
    BOOST_TEST(fields.combined("A") == "4");
    fields.set("C", "5");
    BOOST_TEST(fields.size() == 3u);
    fields.erase("b");
    BOOST_TEST(!fields.contains("B"));
}

BOOST_AUTO_TEST_CASE(bodies_know_their_size) {
    BOOST_TEST(net::Body().empty());
    BOOST_TEST(*net::Body().size() == 0u);
    const net::Body text("hello");
    BOOST_TEST(*text.text() == "hello");
    BOOST_TEST(*text.size() == 5u);
    const net::Body stream(std::nullopt, [] { return std::unique_ptr<net::ByteSource>(); });
    BOOST_TEST(!stream.empty());
    BOOST_TEST(!stream.size());
    BOOST_TEST(!stream.text());
}

BOOST_AUTO_TEST_CASE(methods) {
    BOOST_TEST(net::to_string(net::Method::delete_) == "DELETE");
    BOOST_TEST(net::is_idempotent(net::Method::put));
    BOOST_TEST(!net::is_idempotent(net::Method::post));
    BOOST_TEST(!net::is_idempotent(net::Method::patch));
}

BOOST_AUTO_TEST_SUITE_END()
