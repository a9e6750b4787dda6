#include "engine/download/stream_gate.hpp"

#include <chrono>

namespace hf {

void StreamGate::on_bytes(std::uint64_t bytes) {
    std::unique_lock lock(mutex_);
    const auto open = static_cast<unsigned>(tickets_->taken());
    if (!tuner_.on_bytes(bytes, open, std::chrono::steady_clock::now())) return;
    const unsigned level = tuner_.level();
    lock.unlock();
    tickets_->set_limit(level);
}

bool StreamGate::should_close() {
    const std::lock_guard lock(mutex_);
    return tuner_.should_close(static_cast<unsigned>(tickets_->taken()));
}

unsigned StreamGate::level() {
    const std::lock_guard lock(mutex_);
    return tuner_.level();
}

}  // namespace hf
