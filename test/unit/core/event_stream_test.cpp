#include "core/event_stream.hpp"

#include <hf/core/error.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace hf;

namespace {

/// The events of a text that arrives in pieces of `size` bytes, as "type|data|id".
std::vector<std::string> read(std::string_view text, std::size_t size, EventRules rules = EventRules::standard) {
    EventStreamParser parser(rules);
    std::vector<std::string> out;
    const auto keep = [&] {
        for (const auto& event : parser.take()) out.push_back(event.type + "|" + event.data + "|" + event.id);
    };
    for (std::size_t i = 0; i < text.size(); i += size) {
        parser.feed(text.substr(i, size));
        keep();
    }
    parser.finish();
    keep();
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(event_stream)

BOOST_AUTO_TEST_CASE(events_are_the_same_however_they_arrive) {
    using Events = std::vector<std::string>;
    const std::pair<std::string_view, Events> rows[] = {
        {"", {}},
        {"data: a\n\n", {"message|a|"}},
        {"data:a\r\n\r\ndata: b\r\r", {"message|a|", "message|b|"}},
        {"data: a\ndata\ndata:  b\n\n", {"message|a\n\n b|"}},
        {"\xEF\xBB\xBF"
         "data: a\n\n",
         {"message|a|"}},
        {": ping\n\ndata: a\n\n: ping\n\n", {"message|a|"}},
        {"event: end\ndata: a\n\ndata: b\n\n", {"end|a|", "message|b|"}},
        {"event: end\n\ndata: b\n\n", {"message|b|"}},
        {"id: 1\ndata: a\n\ndata: b\n\n", {"message|a|1", "message|b|1"}},
        {"retry: 5\nunknown: 1\ndata: {\"a\":1}\n\n", {"message|{\"a\":1}|"}},
        {"data\n\n", {"message||"}},
        {"data: a\n\ndata: cut o", {"message|a|"}},
        {"data: whole line\n", {}},
    };
    for (const auto& [text, expected] : rows) {
        for (std::size_t size = 1; size <= text.size() + 1; ++size) BOOST_TEST(read(text, size) == expected, text);
    }
}

BOOST_AUTO_TEST_CASE(each_line_of_a_log_is_an_event) {
    using Events = std::vector<std::string>;
    const std::pair<std::string_view, Events> rows[] = {
        {"", {}},
        {"data: {\"data\":\"a\"}\n\n", {"message|{\"data\":\"a\"}|"}},
        {"event: x\nid: 1\r\ndata: {1}\rdata: {2}\n", {"message|{1}|", "message|{2}|"}},
        {": keep-alive\n\ndata: text\n\ndata:{no space}\n\ndata:  {two spaces}\n\n", {}},
        {"data: {1}\n\ndata: {2}", {"message|{1}|", "message|{2}|"}},
    };
    for (const auto& [text, expected] : rows) {
        for (std::size_t size = 1; size <= text.size() + 1; ++size)
            BOOST_TEST(read(text, size, EventRules::lines_of_json) == expected, text);
    }
}

BOOST_AUTO_TEST_CASE(an_event_without_end_is_an_error) {
    EventStreamParser line;
    line.feed("data: ");
    const std::string much(EventStreamParser::max_event, 'x');
    BOOST_CHECK_THROW(line.feed(much), ResponseTooLargeError);

    EventStreamParser lines;
    const std::string piece = "data: " + std::string(1024 * 1024, 'x') + "\n";
    for (int i = 0; i < 3; ++i) lines.feed(piece);
    BOOST_CHECK_THROW(lines.feed(piece + piece), ResponseTooLargeError);
}

BOOST_AUTO_TEST_SUITE_END()
