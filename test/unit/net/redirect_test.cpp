#include "net/policy/redirect.hpp"

#include <hf/core/error.hpp>

#include <boost/test/unit_test.hpp>

namespace net = hf::net;
using net::Method;

namespace {

const hf::Url hub = hf::Url::parse("https://hub.test/api/models/Gpt2?full=1");

const net::OriginPolicy own_only(hub.origin());

net::RedirectState from_hub(Method method = Method::get) { return net::RedirectState(method, hub, own_only); }

}  // namespace

BOOST_AUTO_TEST_SUITE(net_redirect)

BOOST_AUTO_TEST_CASE(method_and_body_follow_rfc_9110) {
    struct Row {
        unsigned status;
        Method before, after;
        bool keep_body;
    };
    const Row rows[] = {
        {301, Method::get, Method::get, true},         {301, Method::post, Method::get, false},
        {302, Method::post, Method::get, false},       {302, Method::put, Method::put, true},
        {302, Method::head, Method::head, true},       {303, Method::post, Method::get, false},
        {303, Method::put, Method::get, false},        {303, Method::head, Method::head, false},
        {307, Method::post, Method::post, true},       {308, Method::put, Method::put, true},
        {308, Method::delete_, Method::delete_, true},
    };
    for (const auto& row : rows) {
        BOOST_TEST_CONTEXT(row.status << " " << net::to_string(row.before)) {
            auto state = from_hub(row.before);
            const auto step = state.next(row.status, "/elsewhere");
            BOOST_REQUIRE(step.has_value());
            BOOST_TEST((step->method == row.after));
            BOOST_TEST(step->keep_body == row.keep_body);
        }
    }
}

BOOST_AUTO_TEST_CASE(other_answers_are_final) {
    auto state = from_hub();
    for (const unsigned status : {200u, 300u, 304u, 305u, 404u}) BOOST_TEST(!state.next(status, "/x").has_value());
    BOOST_TEST(!state.next(302, std::nullopt).has_value());
    BOOST_TEST(!state.next(302, "").has_value());
}

BOOST_AUTO_TEST_CASE(targets_and_credentials) {
    struct Row {
        std::string_view location, expected;
        bool credentials;
    };
    const Row rows[] = {
        {"/api/models/openai/gpt2?full=1", "https://hub.test/api/models/openai/gpt2?full=1", true},
        {"gpt2", "https://hub.test/api/models/gpt2", true},
        {"https://HUB.test:443/x", "https://hub.test/x", true},
        {"https://hub.test:8443/x", "https://hub.test:8443/x", false},
        {"https://hub.test.evil/x", "https://hub.test.evil/x", false},
        {"//cdn.test/y?Signature=a%2Fb", "https://cdn.test/y?Signature=a%2Fb", false},
    };
    for (const auto& row : rows) {
        BOOST_TEST_CONTEXT(row.location) {
            auto state = from_hub();
            const auto step = state.next(307, row.location);
            BOOST_REQUIRE(step.has_value());
            BOOST_TEST(step->url.to_string() == row.expected);
            BOOST_TEST(step->credentials_allowed == row.credentials);
            BOOST_TEST(state.credentials_allowed() == row.credentials);
        }
    }
}

BOOST_AUTO_TEST_CASE(credentials_come_back_with_the_endpoint) {
    auto state = from_hub();
    BOOST_TEST(!state.next(302, "https://cdn.test/a")->credentials_allowed);
    BOOST_TEST(state.next(302, "https://hub.test/b")->credentials_allowed);
}

BOOST_AUTO_TEST_CASE(loops_are_found) {
    auto state = from_hub();
    state.next(302, "/a");
    state.next(302, "/b");
    BOOST_CHECK_THROW(state.next(302, "/a"), hf::ProtocolError);
    auto self = from_hub();
    BOOST_CHECK_THROW(self.next(301, hub.target()), hf::ProtocolError);
    // The same URL with another method is no circle: POST, answered by "look here with GET".
    auto post = from_hub(Method::post);
    BOOST_TEST((post.next(303, hub.target())->method == Method::get));
}

BOOST_AUTO_TEST_CASE(redirects_are_bounded) {
    auto state = from_hub();
    for (int i = 0; i < 10; ++i) BOOST_TEST(state.next(302, "/" + std::to_string(i)).has_value());
    BOOST_CHECK_THROW(state.next(302, "/one-more"), hf::ProtocolError);
}

BOOST_AUTO_TEST_CASE(bad_targets_are_refused) {
    for (const std::string_view location :
         {"http://elsewhere.test/x", "ftp://hub.test/x", "file:///etc/passwd", "/a\r\nX: y"}) {
        BOOST_TEST_CONTEXT(location) {
            auto state = from_hub();
            BOOST_CHECK_THROW(state.next(302, location), hf::ProtocolError);
        }
    }
    net::OriginRules rules;
    rules.allow_downgrade = true;
    const net::OriginPolicy policy(hub.origin(), rules);
    net::RedirectState lenient(Method::get, hub, policy);
    const auto step = lenient.next(302, "http://hub.test/x");
    BOOST_TEST(!step->credentials_allowed);
}

BOOST_AUTO_TEST_CASE(messages_hold_no_secret) {
    net::RedirectState state(Method::get, hf::Url::parse("https://cdn.test/x?Signature=secret"), own_only);
    try {
        state.next(302, "http://cdn.test/x");
        BOOST_ERROR("not refused");
    } catch (const hf::ProtocolError& error) {
        BOOST_TEST(error.message().find("secret") == std::string::npos);
        BOOST_TEST(error.status() == 302u);
    }
}

BOOST_AUTO_TEST_SUITE_END()
