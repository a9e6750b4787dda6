#pragma once

#include "async/semaphore.hpp"
#include "engine/download/stream_tuner.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <memory>
#include <mutex>

namespace hf {

/// How many streams fetch large files at once: the level of a StreamTuner, fed with what arrives.
class StreamGate {
public:
    StreamGate(unsigned first, unsigned max)
        : tuner_(first, max), tickets_(std::make_shared<Semaphore>(tuner_.level())) {}

    boost::asio::awaitable<Semaphore::Ticket> enter(const void* group) { return tickets_->take(1, group); }
    void dismiss(const void* group) { tickets_->dismiss(group); }
    void on_bytes(std::uint64_t bytes);
    /// This stream is one too many, and is to be closed now.
    bool should_close();
    unsigned level();

private:
    std::mutex mutex_;
    StreamTuner tuner_;
    std::shared_ptr<Semaphore> tickets_;
};

}  // namespace hf
