#pragma once

#include "engine/upload/upload_state.hpp"
#include "xet/chunker.hpp"
#include "xet/merkle.hpp"

#include <hf/core/hash.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace hf {

/// Cuts a content that was described into chunks and hashes these, a block at a time, and on the way the whole by
/// SHA-256 if nobody did. Used by one coroutine at a time, of any executor.
class ChunkReader {
public:
    struct Chunk {
        xet::Node node;
        xet::Bytes content;
    };
    /// Bytes that it holds.
    static constexpr std::size_t memory = (1u << 20) + (256u << 10) + xet::max_chunk_size;

    explicit ChunkReader(std::shared_ptr<const UploadState> content);

    /// Reads on, in slices that let others run. Throws IntegrityError if the content is not what was described.
    boost::asio::awaitable<void> read();
    /// What `read` has read, until it is called again: nothing at the end.
    const std::vector<Chunk>& chunks() const noexcept { return chunks_; }
    /// Of all of it, at the end.
    const std::string& sha256() const noexcept { return sha256_; }

private:
    void take_in(std::size_t n);
    void take_chunk(std::size_t size);
    void end();

    std::shared_ptr<const UploadState> content_;
    std::shared_ptr<const ContentSource> source_;
    std::unique_ptr<ContentReader> reader_;
    std::vector<std::byte> buffer_;
    std::size_t begin_ = 0, filled_ = 0;  // of the chunk that has not ended
    std::uint64_t at_ = 0;
    xet::Chunker chunker_;
    std::vector<Chunk> chunks_;
    std::optional<Sha256> hash_;  // where it is not known, or nothing else tells whether the content has changed
    std::string sha256_;
    bool ended_ = false;
};

}  // namespace hf
