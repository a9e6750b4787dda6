#pragma once

#include "session/event_source.hpp"

#include <string>

namespace hf::detail {

/// What such logs are like: silent for two minutes at most, as they say something every half minute; where they are not
/// followed all that there is comes at once.
EventSettings log_settings(bool follow, bool has_state);

/// The texts of a log's events. An event without one is left out and told to `Session::on_warning`.
AsyncGenerator<std::string> log_lines(Session session, EventSettings settings, std::unique_ptr<EventOrigin> origin);

}  // namespace hf::detail
