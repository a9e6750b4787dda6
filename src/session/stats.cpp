#include "session/session_state.hpp"

namespace hf {

std::string_view to_string(Bucket bucket) noexcept {
    switch (bucket) {
        case Bucket::api: return "api";
        case Bucket::resolvers: return "resolvers";
        case Bucket::pages: return "pages";
        case Bucket::none: break;
    }
    return "none";
}

SessionStats SessionState::stats() {
    SessionStats out;
    out.transport = transport->stats();
    const std::lock_guard lock(governors_mutex_);
    for (const auto& [key, governed] : governors_)
        out.quotas.emplace_back(key.first, key.second.empty(), governed.governor->stats());
    return out;
}

SessionStats Session::stats() const { return state_->stats(); }

}  // namespace hf
