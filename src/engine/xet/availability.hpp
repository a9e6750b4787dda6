#pragma once

#include <hf/core/error.hpp>
#include <hf/session/session.hpp>

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace hf {

/// Whether Xet storage can be used in a session: not where the Hub has none, and not for a while after the store was
/// out of reach. Safe to use from several threads.
class XetAvailability {
public:
    static std::shared_ptr<XetAvailability> of(const Session& session);

    bool usable(const Session& session) const;
    /// Tells Session::warn, once for each time.
    void lost(const Session& session, const std::string& why);

    /// Whether a failure is one of the way to the store, for which the bridge to LFS may do better: no route for
    /// tokens, no connection that can be trusted, a store that fails after all attempts. Not a refusal, a wrong range
    /// or a wrong hash.
    static bool is_about_the_store(const Error& error);

private:
    mutable std::mutex mutex_;
    std::optional<std::chrono::steady_clock::time_point> until_;
};

}  // namespace hf
