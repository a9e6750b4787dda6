#include "engine/engine.hpp"

#include "engine/xet/recent_chunks.hpp"
#include "session/services.hpp"

#include <hf/core/error.hpp>

#include <utility>

namespace hf {

namespace {

TransferConfig checked(TransferConfig config) {
    const auto demand = [](bool right, std::string_view name, std::string_view what) {
        if (!right) throw_validation(name, std::string(name) + ": must be " + std::string(what));
    };
    demand(config.memory_budget > 0, "memory_budget", "more than 0 bytes");
    demand(config.part_size > 0, "part_size", "more than 0 bytes");
    demand(config.first_streams > 0, "first_streams", "at least 1");
    demand(config.max_streams > 0, "max_streams", "at least 1");
    demand(config.lock_wait.count() >= 0, "lock_wait", "no negative time");
    demand(config.patience.count() > 0, "patience", "a positive time");
    return config;
}

}  // namespace

TransferEngine::TransferEngine(TransferConfig given)
    : config(checked(std::move(given))),
      memory(std::make_shared<Semaphore>(config.memory_budget)),
      buffers(std::make_shared<BufferPool>()),
      gate(std::make_shared<StreamGate>(config.first_streams, config.max_streams)) {}

std::shared_ptr<RecentChunks> TransferEngine::recent_chunks() {
    const std::lock_guard lock(mutex_);
    std::shared_ptr<RecentChunks> out = recent_chunks_.lock();
    if (!out) recent_chunks_ = out = std::make_shared<RecentChunks>();
    return out;
}

std::shared_ptr<TransferEngine> TransferEngine::of(const Session& session) {
    return session.services().use<TransferEngine>();
}

void TransferEngine::configure(const Session& session, TransferConfig config) {
    session.services().replace(std::make_shared<TransferEngine>(std::move(config)));
}

}  // namespace hf
