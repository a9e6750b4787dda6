#include "pure_table.hpp"

#include <hf/core/datetime.hpp>
#include <hf/core/error.hpp>

BOOST_AUTO_TEST_SUITE(datetime)

using namespace std::chrono;
using hf::parse_http_date;

namespace {

const sys_seconds now = sys_days(2026y / June / 1) + 12h;

std::string with_microseconds(hf::Timestamp time) {
    std::string out = hf::to_iso(time);
    const auto micros = (time - floor<seconds>(time)).count();
    const std::string digits = std::to_string(1'000'000 + micros).substr(1);
    return out.substr(0, 20) + digits + "Z";
}

}  // namespace

BOOST_AUTO_TEST_CASE(dates_of_answers_as_the_reference) {
    hf::test::for_each_row("parse_datetime", [](const hf::test::Row& row) {
        if (row.is_error()) {
            BOOST_CHECK_EXCEPTION(hf::parse_datetime(row.text("text")), hf::InvalidResponseError,
                                  [](const hf::Error& e) { return e.code() == hf::ErrorCondition::value_error; });
        } else {
            BOOST_TEST(with_microseconds(hf::parse_datetime(row.text("text"))) == row.output().as_string());
        }
    });
}

BOOST_AUTO_TEST_CASE(dates_beyond_the_table) {
    for (const char* text :
         {"2022-08-19T07:19:38.Z", "2022-08-19T24:00:00.0Z", "2022-08-19T07:60:00.0Z", "2022-08-19T07:00:60.0Z",
          "2022-13-01T00:00:00.0Z", "2022-00-01T00:00:00.0Z", "2022-01-00T00:00:00.0Z", "0000-01-01T00:00:00.0Z",
          "2022-08-19T07:19:38.1234567890Z", "2022-08-19T07:19:38.123Z ", "+022-08-19T07:19:38.123Z",
          "2022-08-19T07:19:38.12", "2022-1-01T00:00:00.0Z"})
        BOOST_TEST(!hf::try_parse_datetime(text), text);
    BOOST_TEST(hf::to_iso(hf::parse_datetime("0001-01-01T00:00:00.0019Z")) == "0001-01-01T00:00:00.001Z");
    BOOST_TEST(hf::to_iso(hf::parse_datetime("9999-12-31T23:59:59.999999999Z")) == "9999-12-31T23:59:59.999Z");
    BOOST_CHECK_EXCEPTION(hf::parse_datetime(std::string(1'000'000, '9')), hf::InvalidResponseError,
                          [](const hf::Error& e) { return e.message().size() < 200; });
}

BOOST_AUTO_TEST_CASE(dates_of_other_servers) {
    for (const char* text :
         {"2022-08-19T07:19:38Z", "2022-08-19t07:19:38z", "2022-08-19T07:19:38+00:00", "2022-08-19T15:19:38+08:00",
          "2022-08-19T15:19:38.000+0800", "2022-08-19T01:49:38-05:30", "2022-08-18T07:20:38-23:59"})
        BOOST_TEST(hf::to_iso(hf::parse_datetime(text)) == "2022-08-19T07:19:38.000Z", text);
    BOOST_TEST(hf::to_iso(hf::parse_datetime("2022-08-19T15:19:38.5+08:00")) == "2022-08-19T07:19:38.500Z");
    for (const char* text :
         {"2022-08-19T07:19:38+24:00", "2022-08-19T07:19:38+08:60", "2022-08-19T07:19:38+08", "2022-08-19T07:19:38+",
          "2022-08-19T07:19:38", "2022-08-19T07:19:38ZZ", "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00"})
        BOOST_TEST(!hf::try_parse_datetime(text), text);
}

BOOST_AUTO_TEST_CASE(the_three_forms_of_http) {
    const sys_seconds expected = sys_days(1994y / November / 6) + 8h + 49min + 37s;
    BOOST_TEST((parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT", now) == expected));
    BOOST_TEST((parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT", now) == expected));
    BOOST_TEST((parse_http_date("Sun Nov  6 08:49:37 1994", now) == expected));
    BOOST_TEST((parse_http_date("Sun Nov 16 08:49:37 1994", now) == expected + days(10)));
    // 50 years ahead is a future, 51 a past.
    BOOST_TEST((parse_http_date("Sunday, 01-Jan-76 00:00:00 GMT", now) == sys_days(2076y / January / 1)));
    BOOST_TEST((parse_http_date("Sunday, 01-Jan-77 00:00:00 GMT", now) == sys_days(1977y / January / 1)));
    // A leap second.
    BOOST_TEST((parse_http_date("Sat, 31 Dec 2016 23:59:60 GMT", now) == sys_days(2017y / January / 1) - 1s));
    BOOST_TEST(hf::to_http_date(expected) == "Sun, 06 Nov 1994 08:49:37 GMT");
}

BOOST_AUTO_TEST_CASE(what_is_no_http_date) {
    for (const char* text :
         {"", ",", "Sun, 06 Nov 1994 08:49:37", "Sun, 6 Nov 1994 08:49:37 GMT", "120", "Sun, 31 Feb 1994 08:49:37 GMT",
          "Sun, 06 Nov 1994 08:49:37 CET", "Sunday", "Sun, 06 Nov 1994 25:49:37 GMT", "Xxx, 06 Nov 1994 08:49:37 GMT",
          "Sun, 06 Nov 1994 08:49:37 GMT GMT", "Sunday, 06-Nov-1994 08:49:37 GMT", "Sun, 06 Nov 0000 08:49:37 GMT"})
        BOOST_TEST(!parse_http_date(text, now), text);
}

BOOST_AUTO_TEST_CASE(retry_after_is_seconds_or_a_date) {
    const auto wait = [](std::string_view text) { return hf::parse_retry_after(text, now); };
    BOOST_TEST((wait("120") == 120s));
    BOOST_TEST((wait(" 0 ") == 0s));
    BOOST_TEST((wait("Mon, 01 Jun 2026 12:00:30 GMT") == 30s));
    BOOST_TEST((wait("Mon, 01 Jun 2026 11:00:30 GMT") == 0s));
    BOOST_TEST((wait("99999999999999999999999") == hours(24 * 365)));
    BOOST_TEST((wait("Sun, 06 Nov 7381 08:49:37 GMT") == hours(24 * 365)));
    BOOST_TEST((wait("Sun, 06 Nov 0001 08:49:37 GMT") == 0s));
    BOOST_TEST((wait("999999999") == hours(24 * 365)));
    for (const char* text : {"", " ", "-1", "1.5", "soon", "0x10"}) BOOST_TEST(!wait(text), text);
}

BOOST_AUTO_TEST_SUITE_END()
