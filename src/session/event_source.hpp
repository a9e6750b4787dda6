#pragma once

#include "net/policy/retry.hpp"
#include "session/event_replay.hpp"

#include <hf/core/async_generator.hpp>
#include <hf/session/session.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

namespace hf::detail {

/// Where events come from.
class EventOrigin {
public:
    virtual ~EventOrigin() = default;
    /// The request that opens the stream; asked for anew with each attempt.
    virtual boost::asio::awaitable<Request> request() = 0;
    /// Whether nothing more will come. Asked only where the rules have a state.
    virtual boost::asio::awaitable<bool> is_over() = 0;
};

struct EventSettings {
    EventStreamRules rules;
    std::chrono::milliseconds timeout{0};  ///< longest silence
    std::optional<std::int64_t> tail;      ///< the first attempt asks for that many last events
    net::StatusSet tolerated{};            ///< answers that are as good as a stream without events
};

/// The events of a stream, which is opened again as its rules say. What is no JSON object is left out and told to
/// `Session::on_warning`. An error ends it; a cancelled `next()` loses no event.
AsyncGenerator<json::object> events_of(Session session, EventSettings settings, std::unique_ptr<EventOrigin> origin);

}  // namespace hf::detail
