#include "engine/upload/commit_recovery.hpp"

#include <hf/core/json.hpp>

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

using namespace hf;

BOOST_AUTO_TEST_SUITE(commit_recovery)

BOOST_AUTO_TEST_CASE(a_commit_is_found_by_its_text_above_the_head) {
    const auto history = json::parse(R"([
        {"id":"c3","title":"Other","message":"","date":"2023-11-14T22:13:21.000Z"},
        {"id":"c2","title":"Add model","message":"line1\nline2","date":"2023-11-14T22:13:20.000Z"},
        {"id":"c1","title":"Add model","message":"line1 line2","date":"2023-11-14T21:00:00.000Z"}])");
    const Timestamp when(std::chrono::seconds(1'700'000'000));
    const auto find = [&](std::string summary, std::string description, std::string head, auto not_before) {
        return find_commit(history, SentCommit(summary, description, head, {}), not_before).value_or("none");
    };
    BOOST_TEST(find("Add model", "line1\nline2", "c1", when) == "c2");
    BOOST_TEST(find("Add model\nline1", "line2", "c1", when) == "c2");
    BOOST_TEST(find("Add model", "line1\nline2", "c2", when) == "none");
    BOOST_TEST(find("Add model", "", "c1", when) == "none");
    BOOST_TEST(find("Add model", "line1\nline2", "", when) == "c2");
    BOOST_TEST(find("Add model", "line1\nline2", "", when + std::chrono::seconds(5)) == "none");
    const auto pull_requests = json::parse(R"({"discussions":[
        {"num":9,"title":"Add model","isPullRequest":false,"createdAt":"2023-11-14T22:13:20.000Z"},
        {"num":8,"title":"Add model","isPullRequest":true,"createdAt":"2023-11-14T22:13:20.000Z"},
        {"num":3,"title":"Add model","isPullRequest":true,"createdAt":"2023-10-14T22:13:20.000Z"}]})");
    BOOST_TEST(find_pull_request(pull_requests, SentCommit("Add model\nx", "", "", {}), when).value() == 8);
    BOOST_TEST(!find_pull_request(pull_requests, SentCommit("Add", "", "", {}), when));
}

// The system clock's nanoseconds end in 2262.
BOOST_AUTO_TEST_CASE(dates_of_all_years_are_compared) {
    const auto find = [](const std::string& date, Timestamp not_before) {
        const auto history = json::parse(R"([{"id":"c1","title":"T","message":"","date":")" + date + "\"}]");
        return find_commit(history, SentCommit("T", "", "", {}), not_before).value_or("none");
    };
    const Timestamp now(std::chrono::seconds(1'700'000'000));
    const Timestamp year_9999 = std::chrono::sys_days(std::chrono::year(9999) / 12 / 31);
    BOOST_TEST(find("9999-12-31T23:59:59.999Z", now) == "c1");
    BOOST_TEST(find("9999-12-31T23:59:59.999Z", year_9999) == "c1");
    BOOST_TEST(find("2023-11-14T22:13:20.000Z", year_9999) == "none");
    BOOST_TEST(find("0001-01-01T00:00:00.000Z", now) == "none");
}

BOOST_AUTO_TEST_SUITE_END()
