#pragma once

#include "async/semaphore.hpp"
#include "engine/buffer_pool.hpp"
#include "engine/download/stream_gate.hpp"

#include <hf/session/session.hpp>
#include <hf/transfer/transfer_config.hpp>

#include <memory>
#include <mutex>

namespace hf {

class RecentChunks;

/// What all transfers of a session share, in both directions: memory, buffers, streams. Never changes; another
/// configuration is another engine. Safe to use from several threads.
class TransferEngine {
public:
    /// Throws HFValidationError for a configuration by which nothing would move.
    explicit TransferEngine(TransferConfig config = TransferConfig());

    /// The one that transfers of `session` are to begin with.
    static std::shared_ptr<TransferEngine> of(const Session& session);
    /// Those that have begun keep theirs.
    static void configure(const Session& session, TransferConfig config);

    const TransferConfig config;
    const std::shared_ptr<Semaphore> memory;  ///< bytes on their way, see TransferConfig::memory_budget
    const std::shared_ptr<BufferPool> buffers;
    const std::shared_ptr<StreamGate> gate;  ///< connections for large files

    /// Of the calls that are under way: each keeps it.
    std::shared_ptr<RecentChunks> recent_chunks();

private:
    std::mutex mutex_;
    std::weak_ptr<RecentChunks> recent_chunks_;
};

}  // namespace hf
