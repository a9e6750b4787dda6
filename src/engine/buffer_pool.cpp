#include "engine/buffer_pool.hpp"

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

}  // namespace hf
