// What a client is told of whatever went wrong below the routes.
#include "local_hub/http/http_error.hpp"

#include "local_hub/data/storage_error.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>

namespace {

using namespace hf::local_hub;

std::string field(const Response& response, std::string_view name) {
    const auto found = std::ranges::find(response.fields, name, &Field::first);
    return found == response.fields.end() ? std::string() : found->second;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http_error)

BOOST_AUTO_TEST_CASE(each_refusal_has_its_status) {
    const struct {
        Refusal refusal;
        unsigned status;
        std::string_view code;
    } rows[] = {
        {Refusal::invalid, 400, ""},
        {Refusal::forbidden, 403, ""},
        {Refusal::not_found, 404, ""},
        {Refusal::repo_not_found, 404, "RepoNotFound"},
        {Refusal::revision_not_found, 404, "RevisionNotFound"},
        {Refusal::exists, 409, ""},
        {Refusal::moved, 412, ""},
        {Refusal::no_git, 501, ""},
        {Refusal::full, 507, ""},
    };
    for (const auto& row : rows) {
        const HttpError told = http_error_of(StorageError(row.refusal, "why"));
        BOOST_TEST(told.status == row.status);
        BOOST_TEST(told.code == row.code);
        BOOST_TEST(told.what() == std::string("why"));
    }
}

BOOST_AUTO_TEST_CASE(failures_of_the_system_and_of_programs) {
    for (const int cause : {ENOSPC, EDQUOT, EFBIG})
        BOOST_TEST(http_error_of(std::system_error(cause, std::generic_category())).status == 507u);
    BOOST_TEST(http_error_of(std::system_error(EIO, std::generic_category())).status == 500u);
    BOOST_TEST(http_error_of(std::runtime_error("x")).what() == std::string("Internal Error: x"));
}

BOOST_AUTO_TEST_CASE(answers_of_handlers_stay_as_they_are) {
    const HttpError thrown = HttpError(418, "short and stout", "Teapot").with("X-Spout", "left");
    const HttpError told = http_error_of(thrown);
    BOOST_TEST(told.status == 418u);
    BOOST_TEST(told.code == "Teapot");
    BOOST_TEST(told.fields.size() == 1u);
}

BOOST_AUTO_TEST_CASE(the_answer_in_json_and_in_text) {
    HttpError error(404, "no\r\nsuch: thing", "EntryNotFound");
    error.extra["url"] = "x";
    const Response as_json = error_response(error, true);
    BOOST_TEST(as_json.status == 404u);
    BOOST_TEST(boost::json::parse(as_json.body) == boost::json::parse(R"({"url":"x","error":"no\r\nsuch: thing"})"));
    BOOST_TEST(field(as_json, "X-Error-Code") == "EntryNotFound");
    BOOST_TEST(field(as_json, "X-Error-Message") == "no  such: thing");
    BOOST_TEST(error_response(error, false).body == "no\r\nsuch: thing");
    const Response moved = error_response(HttpError(307, "there").with("Location", "/x"), true);
    BOOST_TEST(moved.body == "there");
    BOOST_TEST(field(moved, "Location") == "/x");
    BOOST_TEST(field(moved, "X-Error-Message") == "");
}

BOOST_AUTO_TEST_SUITE_END()
