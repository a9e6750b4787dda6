#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hf {

/// One event of a text/event-stream.
struct ServerEvent {
    std::string type = "message";
    std::string data;  ///< the lines of "data", joined by '\n'
    std::string id;    ///< the last that was given, also with an earlier event
};

enum class EventRules {
    standard,
    /// As today's client reads the Hub's logs: each line "data: {…" is an event, and nothing else is one.
    lines_of_json,
};

/// Server-sent events, read while their text arrives; lines end with LF, CR or both. What a stream that breaks off
/// leaves of an event that has no end is no event.
class EventStreamParser {
public:
    static constexpr std::size_t max_event = 4 * 1024 * 1024;  ///< bytes; a line of a log or an answer's piece has few

    explicit EventStreamParser(EventRules rules = EventRules::standard) : rules_(rules) {}

    /// Throws ResponseTooLargeError for an event of more than `max_event`, the line under way included. The parser
    /// cannot be used after that.
    void feed(std::string_view bytes);

    /// The stream has ended whole. With lines of JSON the last line needs no end.
    void finish();

    /// The events completed since the last call.
    std::vector<ServerEvent> take();

private:
    void take_line();
    void take_field(std::string_view name, std::string_view value);

    EventRules rules_;
    std::string line_;
    std::vector<ServerEvent> events_;
    ServerEvent event_;
    bool has_data_ = false;
    bool first_line_ = true;
    bool after_cr_ = false;
};

}  // namespace hf
