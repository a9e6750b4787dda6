#include "engine/xet/shard_verdict.hpp"

#include "core/json_access.hpp"

#include <hf/core/error.hpp>
#include <hf/core/json.hpp>

#include <algorithm>
#include <string>

namespace hf {

namespace {

// Of a line, as the reference reads them.
constexpr std::size_t longest_line = 1u << 20;

[[noreturn]] void throw_no_verdict(std::string_view what) {
    ErrorInfo info;
    info.message = "the content store's answer to a shard " + std::string(what);
    throw InvalidResponseError(std::move(info));
}

[[noreturn]] void throw_refused(const json::value& event) {
    ErrorInfo info;
    info.message = "the content store refuses the shard: " +
                   std::string(text_of(find_member(event, "message")).value_or("it does not say why"));
    throw BadRequestError(std::move(info));
}

bool may_be_sent_again(const json::value& error) {
    const json::value* retryable = find_member(error, "retryable");
    return retryable && retryable->is_bool() && retryable->get_bool();
}

}  // namespace

bool read_shard_verdict(std::string_view events) {
    while (!events.empty()) {
        const std::size_t end = std::min(events.find('\n'), events.size());
        const std::string_view line = events.substr(0, end);
        events.remove_prefix(std::min(end + 1, events.size()));
        if (line.size() > longest_line) throw_no_verdict("has a line that is too long");
        if (line.find_first_not_of(" \t\r") == line.npos) continue;
        const json::value event = json::parse(line);
        const std::string_view type = text_of(find_member(event, "type")).value_or("");
        if (type == "result") return true;
        if (type != "error") continue;  // a step on the way, or what later versions say
        if (may_be_sent_again(event)) return false;
        throw_refused(event);
    }
    throw_no_verdict("ends without a verdict");
}

}  // namespace hf
