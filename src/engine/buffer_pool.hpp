#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace hf {

/// Memory for content on its way. Buffers go back to a list instead of to the allocator, which would unmap
/// and fault in a quarter of a MiB each time. Safe to use from several threads; owned by a shared_ptr.
class BufferPool : public std::enable_shared_from_this<BufferPool> {
public:
    static constexpr std::size_t large = 256u << 10;  ///< what the toolchain reads best in one go
    static constexpr std::size_t small = 32u << 10;

    class Buffer {
    public:
        Buffer() = default;
        Buffer(Buffer&&) noexcept = default;
        Buffer& operator=(Buffer&& other) noexcept {
            std::swap(pool_, other.pool_);
            std::swap(memory_, other.memory_);
            std::swap(size_, other.size_);
            return *this;
        }
        ~Buffer() {
            if (memory_) pool_->give_back(std::move(memory_), size_);
        }
        char* data() const noexcept { return memory_.get(); }
        std::size_t size() const noexcept { return size_; }

    private:
        friend class BufferPool;
        Buffer(std::shared_ptr<BufferPool> pool, std::unique_ptr<char[]> memory, std::size_t size)
            : pool_(std::move(pool)), memory_(std::move(memory)), size_(size) {}
        std::shared_ptr<BufferPool> pool_;
        std::unique_ptr<char[]> memory_;
        std::size_t size_ = 0;
    };

    Buffer get(std::size_t size);

private:
    void give_back(std::unique_ptr<char[]> memory, std::size_t size) noexcept;
    static constexpr std::size_t most_kept = 64;

    std::mutex mutex_;
    std::vector<std::unique_ptr<char[]>> small_, large_;
};

}  // namespace hf
