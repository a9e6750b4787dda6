#include "session/secrets.hpp"

#include <boost/test/unit_test.hpp>

using namespace hf;

namespace {

std::string hidden(const Secrets& secrets, std::string text) {
    secrets.hide(text);
    return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(secrets)

BOOST_AUTO_TEST_CASE(a_token_is_hidden_in_all_its_forms) {
    Secrets secrets;
    secrets.add_authorization("Bearer hf_Secret+Token/1");
    BOOST_TEST(hidden(secrets, "a hf_Secret+Token/1 b hf_Secret+Token/1") == "a … b …");
    BOOST_TEST(hidden(secrets, "x=hf_Secret%2BToken%2F1&") == "x=…&");
    BOOST_TEST(hidden(secrets, "aGZfU2VjcmV0K1Rva2VuLzE=").find("U2VjcmV0") == std::string::npos);
    BOOST_TEST(hidden(secrets, "Bearer is a word") == "Bearer is a word");
}

BOOST_AUTO_TEST_CASE(a_password_is_hidden_with_and_without_its_user) {
    Secrets secrets;
    secrets.add_authorization(basic_credentials("me:pass%40word"));
    BOOST_TEST(hidden(secrets, "me:pass@word, pass@word, bWU6cGFzc0B3b3Jk, pass%40word") == "…, …, …, …");
}

BOOST_AUTO_TEST_CASE(signatures_are_hidden_and_ordinary_parameters_are_not) {
    Secrets secrets;
    secrets.add_url(Url::parse("https://s3/x?X-Amz-Signature=0123abcd&limit=5000&Policy=a%2Fbc%3D"));
    BOOST_TEST(hidden(secrets, "<SignatureProvided>0123abcd</SignatureProvided> 5000 a/bc= a%2Fbc%3D") ==
               "<SignatureProvided>…</SignatureProvided> 5000 … …");
}

BOOST_AUTO_TEST_CASE(short_texts_are_no_secrets) {
    Secrets secrets;
    secrets.add("");
    secrets.add("abc");
    BOOST_TEST(hidden(secrets, "abcabc") == "abcabc");
}

BOOST_AUTO_TEST_CASE(errors_keep_their_type) {
    Secrets secrets;
    secrets.add("hf_secret");
    ErrorInfo info;
    info.message = "no hf_secret";
    info.body = "body hf_secret";
    info.status = 403;
    info.failures.push_back(FileFailure{"a", {}, "of hf_secret"});
    const auto failure = secrets.hidden(GatedRepoError(info));
    BOOST_REQUIRE(failure);
    try {
        std::rethrow_exception(failure);
    } catch (const GatedRepoError& error) {
        BOOST_TEST(error.message() == "no …");
        BOOST_TEST(error.info().body == "body …");
        BOOST_TEST(error.info().failures[0].message == "of …");
        BOOST_TEST(error.status() == 403u);
    }
    info = ErrorInfo();
    info.message = "nothing";
    BOOST_TEST(!secrets.hidden(GatedRepoError(info)));
}

BOOST_AUTO_TEST_SUITE_END()
