#pragma once

#include "local_hub/xet/xet_store.hpp"

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

namespace hf::local_hub {

/// Gives LFS objects their Xet ids on a thread of its own, one after the other. What is still to be done is in the
/// database, so a killed hub goes on where it was. Thread-safe.
class Identifier {
public:
    explicit Identifier(XetStore& store) : store_(store) {}
    ~Identifier();  ///< stops within a moment

    void start();  ///< tries again what failed before
    void wake();   ///< there may be more to do
    /// Blocks until there is nothing to do; at once unless started.
    void wait_idle();
    /// How many objects are still to be done; 0 unless started.
    std::uint64_t pending() const;

private:
    void run();
    bool work();
    bool stopped();

    XetStore& store_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool woken_ = true, idle_ = false, stop_ = false;
    std::thread thread_;
};

}  // namespace hf::local_hub
