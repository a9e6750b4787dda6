#include "engine/engine.hpp"

#include <chrono>

namespace hf {

BufferPool::Buffer BufferPool::get(std::size_t size) {
    const bool is_small = size <= small;
    const std::size_t real = is_small ? small : size <= large ? large : size;
    std::unique_ptr<char[]> memory;
    if (real <= large) {
        const std::lock_guard lock(mutex_);
        auto& kept = is_small ? small_ : large_;
        if (!kept.empty()) {
            memory = std::move(kept.back());
            kept.pop_back();
        }
    }
    if (!memory) memory.reset(new char[real]);  // not make_unique: nobody needs the zeros
    return Buffer(shared_from_this(), std::move(memory), real);
}

void BufferPool::give_back(std::unique_ptr<char[]> memory, std::size_t size) noexcept {
    const std::lock_guard lock(mutex_);
    if (size != small && size != large) return;
    auto& kept = size == small ? small_ : large_;
    if (kept.size() < most_kept) kept.push_back(std::move(memory));
}

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
