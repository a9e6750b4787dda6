#include "net/policy/origin_policy.hpp"

#include <hf/core/error.hpp>

#include <boost/test/unit_test.hpp>

using namespace hf;
using net::OriginPolicy;
using net::OriginRules;

namespace {

Origin origin(std::string_view url) { return Url::parse(url).origin(); }

OriginPolicy of(std::string_view endpoint, OriginRules rules = {}) { return OriginPolicy(origin(endpoint), rules); }

std::string wrong_argument(OriginRules rules) {
    try {
        of("https://hub.test", rules);
    } catch (const HFValidationError& error) {
        BOOST_TEST(error.message().find("PWSECRET") == std::string::npos);
        return error.info().argument;
    }
    return "none";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(origin_policy)

BOOST_AUTO_TEST_CASE(the_hubs_two_names_share_the_token_and_no_others_do) {
    BOOST_TEST(of("https://huggingface.co").may_see_token(origin("https://hf.co")));
    BOOST_TEST(of("https://hf.co").may_see_token(origin("https://HuggingFace.co:443")));
    for (const std::string_view url :
         {"http://hf.co", "https://hf.co:8443", "https://cdn-lfs.hf.co", "https://hf.co.evil"})
        BOOST_TEST(!of("https://huggingface.co").may_see_token(origin(url)));
    BOOST_TEST(!of("http://huggingface.co").may_see_token(origin("https://hf.co")));
    BOOST_TEST(!of("https://hf-mirror.com").may_see_token(origin("https://huggingface.co")));
    OriginRules none;
    none.token_origins = std::vector<std::string>();
    BOOST_TEST(!of("https://huggingface.co", none).may_see_token(origin("https://hf.co")));
}

BOOST_AUTO_TEST_CASE(tokens_are_shared_with_https_origins_only) {
    OriginRules rules;
    rules.token_origins = {"https://Other.test", "https://lan.test:8443/"};
    const OriginPolicy policy = of("http://hub.test", rules);
    BOOST_TEST(policy.may_see_token(origin("http://hub.test")));
    BOOST_TEST(policy.may_see_token(origin("https://other.test")));
    BOOST_TEST(policy.may_see_token(origin("https://lan.test:8443")));
    BOOST_TEST(!policy.may_see_token(origin("https://lan.test")));
    BOOST_TEST(!policy.may_see_token(origin("http://other.test:443")));
    for (const std::string_view text :
         {"http://other.test", "other.test", "https://other.test/path", "https://other.test/?q",
          "https://u:PWSECRET@other.test", "https://*.test", ""}) {
        BOOST_TEST_CONTEXT(text) {
            OriginRules wrong;
            wrong.token_origins = {text};
            BOOST_TEST(wrong_argument(wrong) == "token_origins");
        }
    }
}

BOOST_AUTO_TEST_CASE(hosts_outside_the_list_may_not_be_contacted) {
    OriginRules rules;
    rules.token_origins = {"https://partner.test"};
    rules.allowed_hosts = {"CDN.test", "*.store.test", "lan.test:8080", "[::1]:81"};
    const OriginPolicy policy = of("https://hub.test", rules);
    for (const std::string_view url :
         {"https://hub.test/x", "https://partner.test", "https://cdn.test", "http://cdn.test:99",
          "https://a.store.test", "https://a.b.store.test", "http://lan.test:8080", "http://[::1]:81"})
        BOOST_TEST(policy.may_contact(origin(url)), url);
    for (const std::string_view url :
         {"https://hub.test:22", "http://hub.test", "https://partner.test:444", "https://xcdn.test",
          "https://cdn.test.evil", "https://store.test", "https://evilstore.test", "http://lan.test:8081",
          "http://169.254.169.254", "http://[::1]", "http://127.0.0.1"})
        BOOST_TEST(!policy.may_contact(origin(url)), url);
    OriginRules nobody;
    nobody.allowed_hosts = std::vector<std::string>();
    BOOST_TEST(!of("https://hub.test", nobody).may_contact(origin("https://cdn.test")));
    BOOST_TEST(of("https://hub.test").may_contact(origin("https://cdn.test")));
    for (const std::string_view text :
         {"", "https://cdn.test", "cdn.test/x", "u:PWSECRET@cdn.test", "*", "*.", "a.*.test", "cdn.test:x"}) {
        BOOST_TEST_CONTEXT(text) {
            OriginRules wrong;
            wrong.allowed_hosts = {text};
            BOOST_TEST(wrong_argument(wrong) == "allowed_hosts");
        }
    }
}

BOOST_AUTO_TEST_CASE(the_hook_is_copied_and_asked_for_host_and_port) {
    std::vector<std::string> asked;
    OriginRules rules;
    rules.allowed_hosts = {"*.test", "[::1]"};
    std::optional<OriginPolicy> policy;
    {
        const std::function<bool(std::string_view)> hook = [&asked](std::string_view host) {
            asked.emplace_back(host);
            return host != "bad.test:443";
        };
        rules.may_contact = &hook;
        policy.emplace(origin("https://hub.test"), rules);
    }
    BOOST_TEST(policy->may_contact(origin("http://good.test")));
    BOOST_TEST(!policy->may_contact(origin("https://bad.test")));
    BOOST_TEST(policy->may_contact(origin("https://[::1]:8443")));
    BOOST_TEST(policy->may_contact(origin("https://hub.test")));
    BOOST_TEST(!policy->may_contact(origin("https://elsewhere.example")));
    const std::vector<std::string> expected{"good.test:80", "bad.test:443", "[::1]:8443"};
    BOOST_TEST(asked == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(https_leads_to_http_nowhere_but_home) {
    const Url page = Url::parse("https://hub.test/a?Signature=SIGSECRET");
    const OriginPolicy policy = of("https://hub.test");
    BOOST_TEST(policy.follow(page, "http://hub.test/b?x=1").to_string() == "https://hub.test/b?x=1");
    BOOST_TEST(policy.follow(page, "HTTP://HUB.test:8080/b").to_string() == "https://hub.test/b");
    BOOST_TEST(of("https://hub.test:8443").follow(page, "http://hub.test/b").to_string() == "https://hub.test:8443/b");
    BOOST_TEST(policy.follow(Url::parse("http://x.test/"), "http://cdn.test/b").to_string() == "http://cdn.test/b");
    for (const std::string_view link : {"http://cdn.test/b", "http://hub.test.evil/", "http://xhub.test/"}) {
        BOOST_CHECK_EXCEPTION(policy.follow(page, link), ProtocolError,
                              [](const auto& error) { return error.message().find("SIGSECRET") == std::string::npos; });
    }
    OriginRules rules;
    rules.allow_downgrade = true;
    BOOST_TEST(of("https://hub.test", rules).follow(page, "http://hub.test:81/b").to_string() ==
               "http://hub.test:81/b");
    BOOST_TEST(of("https://hub.test", rules).follow(page, "http://cdn.test/b").to_string() == "http://cdn.test/b");
}

BOOST_AUTO_TEST_CASE(a_refused_host_is_named_without_secrets) {
    OriginRules rules;
    rules.allowed_hosts = {"cdn.test"};
    const OriginPolicy policy = of("https://hub.test", rules);
    BOOST_CHECK_EXCEPTION(
        policy.follow(Url::parse("https://hub.test/a"), "https://u:PWSECRET@evil.test/x?Signature=SIGSECRET"),
        HostNotAllowedError, [](const auto& error) {
            return error.message().find("SECRET") == std::string::npos &&
                   error.message().find("evil.test") != std::string::npos;
        });
    BOOST_TEST(policy.follow(Url::parse("https://hub.test/a"), "//cdn.test/x").to_string() == "https://cdn.test/x");
}

BOOST_AUTO_TEST_SUITE_END()
