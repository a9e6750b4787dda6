#pragma once

#include <memory>
#include <mutex>
#include <typeindex>
#include <unordered_map>
#include <utility>

namespace hf {

/// What the floors above keep once per session: one object of each type, made when it is first asked for. An object
/// must hold no handle of the session, which would keep both for ever. Safe to use from several threads.
class SessionServices {
public:
    template <class T>
    std::shared_ptr<T> use() {
        const std::lock_guard lock(mutex_);
        std::shared_ptr<void>& service = services_[typeid(T)];
        if (!service) service = std::make_shared<T>();
        return std::static_pointer_cast<T>(service);
    }
    /// Those who use the old one go on with it.
    template <class T>
    void replace(std::shared_ptr<T> service) {
        std::shared_ptr<void> next = std::move(service);
        const std::lock_guard lock(mutex_);
        services_[typeid(T)].swap(next);
    }

private:
    std::mutex mutex_;
    std::unordered_map<std::type_index, std::shared_ptr<void>> services_;
};

}  // namespace hf
