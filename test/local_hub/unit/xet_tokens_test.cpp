// Tokens for the CAS.
#include "local_hub/xet/tokens.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace {

using namespace hf::local_hub;

struct Fixture {
    std::int64_t now = 1'000'000;
    XetTokens tokens{"key", std::chrono::seconds(900), [this] { return now; }};
    XetScope scope{"0123456789abcdef01234567", "refs/pr/1", true};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(xet_tokens, Fixture)

BOOST_AUTO_TEST_CASE(a_token_says_what_it_is_for) {
    const auto issued = tokens.issue(scope);
    BOOST_TEST(issued.expires == 1'000'900);
    BOOST_TEST((tokens.check(issued.token) == scope));
    scope.write = false;
    BOOST_TEST((tokens.check(tokens.issue(scope).token) == scope));
}

BOOST_AUTO_TEST_CASE(a_token_is_good_until_the_second_it_expires) {
    const std::string token = tokens.issue(scope).token;
    now += 899;
    BOOST_TEST(tokens.check(token).has_value());
    now += 1;
    BOOST_TEST(!tokens.check(token));
}

BOOST_AUTO_TEST_CASE(a_changed_token_is_none) {
    const std::string token = tokens.issue(scope).token;
    for (std::size_t i = 0; i < token.size(); ++i) {
        std::string changed = token;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        BOOST_TEST(!tokens.check(changed), "byte " << i);
        BOOST_TEST(!tokens.check(token.substr(0, i)), "cut at " << i);
    }
    BOOST_TEST(!tokens.check(token + "A"));
}

BOOST_AUTO_TEST_CASE(a_token_of_another_hub_is_none) {
    const XetTokens other("another key", std::chrono::seconds(900), [this] { return now; });
    BOOST_TEST(!tokens.check(other.issue(scope).token));
}

BOOST_AUTO_TEST_CASE(what_is_no_token_at_all_is_none) {
    for (const char* text : {"", "xet_", "xet_.", "hf_write", "xet_e30.e30", "."})
        BOOST_TEST(!tokens.check(text), text);
}

BOOST_AUTO_TEST_SUITE_END()
