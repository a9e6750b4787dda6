#include "local_hub/xet/identifier.hpp"

#include <exception>

namespace hf::local_hub {

Identifier::~Identifier() {
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void Identifier::start() {
    store_.catalogue.retry_all();
    thread_ = std::thread([this] { run(); });
}

void Identifier::wake() {
    {
        const std::lock_guard lock(mutex_);
        woken_ = true;
    }
    changed_.notify_all();
}

void Identifier::wait_idle() {
    if (!thread_.joinable()) return;
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stop_ || (idle_ && !woken_); });
}

std::uint64_t Identifier::pending() const { return thread_.joinable() ? store_.catalogue.pending() : 0; }

bool Identifier::stopped() {
    const std::lock_guard lock(mutex_);
    return stop_;
}

// Whether there was something to do.
bool Identifier::work() {
    const auto oid = store_.catalogue.next_pending();
    if (!oid) return false;
    bool done = false;
    try {
        done = store_.identify(*oid, [this] { return stopped(); });
    } catch (const std::exception&) {
        // A full disk or a damaged object: the file is had by LFS, as before.
    }
    if (!done && !stopped()) store_.catalogue.set_aside(*oid);
    return true;
}

void Identifier::run() {
    std::unique_lock lock(mutex_);
    while (!stop_) {
        woken_ = idle_ = false;
        lock.unlock();
        bool more = false;
        try {
            more = work();
        } catch (const std::exception&) {
            // The database cannot be written: another attempt with the next object.
        }
        lock.lock();
        if (more) continue;
        idle_ = true;
        changed_.notify_all();
        changed_.wait(lock, [this] { return stop_ || woken_; });
    }
}

}  // namespace hf::local_hub
