#pragma once

#include "engine/upload/commit_call.hpp"
#include "engine/upload/upload_body.hpp"
#include "engine/xet/chunk_reader.hpp"
#include "engine/xet/known_chunks.hpp"
#include "engine/xet/packed_file.hpp"
#include "engine/xet/store_uploads.hpp"
#include "xet/xorb.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace hf {

/// A content that is to be stored, whatever operations want it.
struct XetUpload {
    std::shared_ptr<UploadState> content;
    std::vector<CommitOperationAdd> operations;
    PackedFile file;
    bool is_packed = false;
};

/// Puts what is new of some files into xorbs: cuts them into chunks, looks for those that are known, asks the store
/// about some others, and compresses the rest. What gets into which xorb depends on the files and on what is known
/// alone, so that the next run, after one that was interrupted, makes the same. One coroutine at a time; all packers of
/// an upload on one strand.
class FilePacker {
public:
    /// Counts as sent, in `reused`, what is known.
    FilePacker(std::shared_ptr<const CommitCall> call, StoreUploads& store, KnownChunks& known, SentBytes& reused)
        : call_(std::move(call)), store_(store), known_(known), reused_(reused) {}

    /// Bytes of content that a xorb is to have, and memory that one takes with what it is made from.
    static std::size_t xorb_size(const TransferConfig& config) noexcept;
    static std::size_t memory(const TransferConfig& config) noexcept;

    /// Whether all files were read that it was given: `begin` gives it others.
    bool is_done() const noexcept { return files_.empty(); }
    void begin(std::span<XetUpload> files) noexcept { files_ = files; }

    /// The next xorb, closed; null if what is left of the files is known. Throws what reading them throws.
    boost::asio::awaitable<std::shared_ptr<PackedXorb>> next();

private:
    boost::asio::awaitable<void> read();
    boost::asio::awaitable<void> ask_about_unknown();
    bool is_asked_about(const ChunkReader::Chunk& chunk, std::size_t index) const;
    std::size_t known_run(std::size_t from) const;
    bool store(const ChunkReader::Chunk& chunk);
    void reuse(std::size_t run);
    void finish_file();
    std::shared_ptr<PackedXorb> close();

    std::shared_ptr<const CommitCall> call_;
    StoreUploads& store_;
    KnownChunks& known_;
    SentBytes& reused_;
    std::span<XetUpload> files_;  // that are not packed; the first of them is open
    std::unique_ptr<ChunkReader> reader_;
    std::size_t at_ = 0;             // among the chunks of the reader
    std::uint64_t chunks_read_ = 0;  // of the file, before these
    std::uint64_t ask_from_ = 0;     // as far no chunk of the file is asked about
    xet::XorbWriter writer_;
    std::shared_ptr<PackedXorb> xorb_;
};

}  // namespace hf
