#include "engine/xet/shard_verdict.hpp"

#include <hf/core/error.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

using namespace hf;

BOOST_AUTO_TEST_SUITE(shard_verdict)

BOOST_AUTO_TEST_CASE(steps_are_passed_over_until_the_verdict) {
    BOOST_TEST(
        read_shard_verdict("{\"type\":\"validating\",\"verified\":0,\"total\":1}\n\n \r\n"
                           "{\"type\":\"committing\",\"stage\":\"syncing\"}\n"
                           "{\"type\":\"of a later version\"}\n[]\n{\"type\":\"result\"}\n"));
    BOOST_TEST(read_shard_verdict("{\"type\":\"result\",\"result\":0}"));  // no end of the line
}

BOOST_AUTO_TEST_CASE(an_error_says_whether_it_is_worth_another_try) {
    BOOST_TEST(!read_shard_verdict(R"({"type":"error","message":"busy","retryable":true})"));
    for (const std::string members : {R"(,"retryable":false)", "", R"(,"retryable":"true")"}) {
        BOOST_CHECK_EXCEPTION(read_shard_verdict(R"({"type":"error","message":"no xorb 12")" + members + "}"),
                              BadRequestError,
                              [](const Error& e) { return e.message().find("no xorb 12") != e.message().npos; });
    }
    BOOST_CHECK_THROW(read_shard_verdict(R"({"type":"error"})"), BadRequestError);
}

BOOST_AUTO_TEST_CASE(an_answer_without_a_verdict_is_none) {
    for (const std::string& answer :
         {std::string(), std::string("\n"), std::string("{\"type\":\"validating\"}\n"), std::string("{\"type\":\"res"),
          std::string("result\n"), "\"" + std::string(1 << 20, 'a') + "\"\n{\"type\":\"result\"}\n"})
        BOOST_CHECK_THROW(read_shard_verdict(answer), InvalidResponseError);
}

BOOST_AUTO_TEST_SUITE_END()
