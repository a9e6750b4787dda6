#include "api/log_lines.hpp"

#include <utility>

namespace hf::detail {
namespace {
// The Hub puts it before what a job says.
constexpr std::string_view job_heading = "===== Job started";

// Of huggingface_hub 2.4.0.
constexpr std::chrono::seconds longest_silence{120};
constexpr std::chrono::seconds drained_after{5};
}  // namespace

EventSettings log_settings(bool follow, bool has_state) {
    EventSettings out;
    out.rules.follow = follow;
    out.rules.has_state = has_state;
    out.timeout = follow ? longest_silence : drained_after;
    return out;
}

AsyncGenerator<std::string> log_lines(Session session, EventSettings settings, std::unique_ptr<EventOrigin> origin) {
    auto events = events_of(session, settings, std::move(origin));
    const bool has_heading = settings.rules.has_state;
    return std::move(events).filter_map([session, has_heading](json::object event) -> std::optional<std::string> {
        const json::value* text = event.if_contains("data");
        if (!text || !text->is_string()) {
            session.warn("an event is left out: it has no text");
            return std::nullopt;
        }
        if (has_heading && text->get_string().starts_with(job_heading)) return std::nullopt;
        return std::string(text->get_string());
    });
}

}  // namespace hf::detail
