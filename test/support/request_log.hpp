#pragma once

#include <hf/session/session.hpp>

#include <algorithm>
#include <functional>
#include <mutex>
#include <vector>

namespace hf::test {

/// The requests that clients sent, from whatever thread.
class RequestLog {
public:
    void add(const RequestEvent& event) {
        const std::scoped_lock lock(mutex_);
        events_.push_back(event);
    }
    void clear() {
        const std::scoped_lock lock(mutex_);
        events_.clear();
    }
    std::vector<RequestEvent> all() const {
        const std::scoped_lock lock(mutex_);
        return events_;
    }
    std::size_t size() const {
        const std::scoped_lock lock(mutex_);
        return events_.size();
    }
    std::size_t count(const std::function<bool(const RequestEvent&)>& wanted) const {
        const std::scoped_lock lock(mutex_);
        return static_cast<std::size_t>(std::ranges::count_if(events_, wanted));
    }

private:
    mutable std::mutex mutex_;
    std::vector<RequestEvent> events_;
};

}  // namespace hf::test
