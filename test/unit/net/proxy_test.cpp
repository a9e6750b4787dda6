#include "net/dial/proxy.hpp"

#include <hf/core/error.hpp>

#include <boost/test/unit_test.hpp>

namespace net = hf::net;

BOOST_AUTO_TEST_SUITE(net_proxy)

BOOST_AUTO_TEST_CASE(no_proxy_rules) {
    struct Row {
        std::string_view list, host;
        unsigned port;
        bool bypassed;
    };
    const Row rows[] = {
        {"", "hub.test", 443, false},
        {"*", "hub.test", 443, true},
        {"hub.test", "hub.test", 443, true},
        {"hub.test", "HUB.test.", 443, true},
        {"HUB.TEST", "hub.test", 443, true},
        {"hub.test", "cdn.hub.test", 443, true},
        {".hub.test", "cdn.hub.test", 443, true},
        {".hub.test", "hub.test", 443, true},
        {"*.hub.test", "a.b.hub.test", 443, true},
        {"hub.test", "evilhub.test", 443, false},
        {"hub.test", "hub.test.evil", 443, false},
        {"a.test, hub.test", "hub.test", 443, true},
        {"a.test hub.test", "hub.test", 443, true},
        {",,", "hub.test", 443, false},
        {".", "hub.test", 443, false},
        {"hub.test:8443", "hub.test", 443, false},
        {"hub.test:8443", "hub.test", 8443, true},
        {"127.0.0.1", "127.0.0.1", 80, true},
        {"127.0.0.1:81", "127.0.0.1", 80, false},
        {"10.0.0.0/8", "10.200.3.4", 80, true},
        {"10.0.0.0/8", "11.0.0.1", 80, false},
        {"10.0.0.0/8", "10.hub.test", 80, false},
        {"192.168.1.77/24", "192.168.1.3", 80, true},
        {"10.0.0.0/99", "10.0.0.1", 80, false},
        {"::1", "::1", 80, true},
        {"[::1]", "::1", 80, true},
        {"[::1]:81", "::1", 80, false},
        {"[::1]:80", "[::1]", 80, true},
        {"0:0:0:0:0:0:0:1", "::1", 80, true},
        {"fd00::/8", "fd12:3456::1", 80, true},
        {"fd00::/8", "fe80::1", 80, false},
        {"0.0.0.1", "10.0.0.1", 80, false},
    };
    for (const auto& row : rows) {
        BOOST_TEST_CONTEXT(row.list << " against " << row.host << ":" << row.port) {
            BOOST_TEST(net::bypasses_proxy(row.list, row.host, static_cast<std::uint16_t>(row.port)) == row.bypassed);
        }
    }
}

BOOST_AUTO_TEST_CASE(proxies_are_parsed) {
    const auto plain = net::Proxy::parse("http://proxy.test:3128/", "proxy.http");
    BOOST_TEST(plain.host == "proxy.test");
    BOOST_TEST(plain.port == 3128);
    BOOST_TEST(plain.authorization.empty());
    BOOST_TEST(net::Proxy::parse("proxy.test:8080", "p").port == 8080);
    BOOST_TEST(net::Proxy::parse("http://[::1]:8080", "p").host == "::1");
    // base64("al:p@ss") and base64("al:")
    BOOST_TEST(net::Proxy::parse("http://al:p%40ss@proxy.test", "p").authorization == "Basic YWw6cEBzcw==");
    BOOST_TEST(net::Proxy::parse("al@proxy.test", "p").authorization == "Basic YWw6");
}

BOOST_AUTO_TEST_CASE(bad_proxies_are_refused_without_their_password) {
    for (const std::string_view text :
         {"socks5://u:hunter2@h:1", "https://u:hunter2@h", "http://u:hunter2@", "http://u:hunter2@h:99999"}) {
        try {
            net::Proxy::parse(text, "proxy.https");
            BOOST_ERROR("accepted " << text);
        } catch (const hf::HFValidationError& error) {
            BOOST_TEST(error.info().argument == "proxy.https");
            BOOST_TEST(error.message().find("hunter2") == std::string::npos);
        }
    }
}

BOOST_AUTO_TEST_CASE(the_scheme_selects_the_proxy) {
    net::ProxyConfig config;
    config.http = "http://one.test:1";
    config.https = "http://two.test:2";
    config.no_proxy = "intern.test";
    BOOST_TEST(net::select_proxy(config, hf::Url::parse("http://hub.test/").origin())->port == 1);
    BOOST_TEST(net::select_proxy(config, hf::Url::parse("https://hub.test/").origin())->port == 2);
    BOOST_TEST(!net::select_proxy(config, hf::Url::parse("https://a.intern.test/").origin()).has_value());
    BOOST_TEST(!net::select_proxy(net::ProxyConfig(), hf::Url::parse("https://hub.test/").origin()).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
