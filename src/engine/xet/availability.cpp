#include "engine/xet/availability.hpp"

#include "session/error_mapping.hpp"
#include "session/services.hpp"

namespace hf {

namespace {

// Long enough that a store that is down costs little, short enough for a server that runs for months.
constexpr std::chrono::minutes pause{5};

}  // namespace

std::shared_ptr<XetAvailability> XetAvailability::of(const Session& session) {
    return session.services().use<XetAvailability>();
}

bool XetAvailability::usable(const Session& session) const {
    const std::lock_guard lock(mutex_);
    return !until_ || session.clock().now() >= *until_;
}

void XetAvailability::lost(const Session& session, const std::string& why) {
    {
        const std::lock_guard lock(mutex_);
        const auto now = session.clock().now();
        if (until_ && now < *until_) return;
        until_ = now + pause;
    }
    session.warn("Xet storage cannot be used, files come through LFS instead: " + why);
}

bool XetAvailability::is_about_the_store(const Error& error) {
    if (error.status() >= 500) return true;
    if (lacks_route(error.status())) {
        const std::string& url = error.info().url;
        return url.find("/xet-read-token/") != url.npos || url.find("/xet-write-token/") != url.npos;
    }
    return error.status() == 0 && dynamic_cast<const ConnectionError*>(&error) &&
           !dynamic_cast<const ProtocolError*>(&error);
}

}  // namespace hf
