#include "core/event_stream.hpp"

#include <hf/core/error.hpp>

#include <utility>

namespace hf {

void EventStreamParser::feed(std::string_view bytes) {
    while (!bytes.empty()) {
        // The LF of a CR LF that ended a line before.
        if (std::exchange(after_cr_, false) && bytes.front() == '\n') {
            bytes.remove_prefix(1);
            continue;
        }
        const auto end = bytes.find_first_of("\r\n");
        line_ += bytes.substr(0, end);
        if (line_.size() + event_.data.size() > max_event) {
            ErrorInfo info;
            info.message = "An event of a stream has more than " + std::to_string(max_event) + " bytes";
            throw ResponseTooLargeError(std::move(info));
        }
        if (end == bytes.npos) return;
        after_cr_ = bytes[end] == '\r';
        bytes.remove_prefix(end + 1);
        take_line();
        line_.clear();
    }
}

void EventStreamParser::finish() {
    if (rules_ == EventRules::lines_of_json) take_line();
    line_.clear();
}

std::vector<ServerEvent> EventStreamParser::take() { return std::exchange(events_, {}); }

void EventStreamParser::take_line() {
    std::string_view line = line_;
    if (std::exchange(first_line_, false) && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
    if (rules_ == EventRules::lines_of_json) {
        constexpr std::string_view field = "data: ";
        if (!line.starts_with("data: {")) return;
        event_.data = line.substr(field.size());
        events_.push_back(std::exchange(event_, {}));
        return;
    }
    if (line.empty()) {
        ServerEvent next;
        next.id = event_.id;
        if (std::exchange(has_data_, false)) events_.push_back(std::move(event_));
        event_ = std::move(next);
        return;
    }
    const auto colon = line.find(':');
    std::string_view value = colon == line.npos ? std::string_view() : line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    take_field(line.substr(0, colon), value);
}

void EventStreamParser::take_field(std::string_view name, std::string_view value) {
    if (name == "data") {
        if (std::exchange(has_data_, true)) event_.data += '\n';
        event_.data += value;
    } else if (name == "event") {
        event_.type = value.empty() ? std::string_view("message") : value;
    } else if (name == "id" && value.find('\0') == value.npos) {
        event_.id = value;
    }
    // Comments have no name. "retry" is not obeyed: how long to wait is for the client to say.
}

}  // namespace hf
