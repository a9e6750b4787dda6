#pragma once

#include "engine/files/file.hpp"
#include "xet/merkle.hpp"
#include "xet/reconstruction.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

namespace hf {

/// A file on the disk that may have chunks of one that is fetched: which chunks of which xorbs lie where in it. What it
/// says is a guess until the file that was put together has the right id: the older one may change at any time. Keeps
/// four bytes per chunk.
class OlderVersion {
public:
    explicit OlderVersion(File file) : file_(std::move(file)) {}

    /// Cuts it into chunks, in slices that let others run. Throws FileSystemError.
    boost::asio::awaitable<void> read();
    /// What the store knows it by, if whoever uploaded it cut it as we do; and its size. After `read`.
    xet::Hash id() const { return file_id(tree_); }
    std::uint64_t size() const noexcept { return tree_.size(); }

    /// Takes in what the store says of it from `located` on. False: that does not fit what is on the disk, or nothing
    /// is left to be said.
    bool locate(const xet::Reconstruction& answer);
    std::uint64_t located() const noexcept { return located_; }

    struct Stretch {
        std::uint64_t offset = 0;
        std::span<const std::uint32_t> sizes;  ///< of its chunks, which follow each other

        std::uint64_t size() const noexcept;
    };
    /// Where these chunks are; nullopt if some are not.
    std::optional<Stretch> find(const xet::Hash& xorb, const xet::ChunkRange& chunks) const;
    const File& file() const noexcept { return file_; }

private:
    struct Place {
        xet::ChunkRange chunks;
        std::size_t first = 0;  // of them, among all of the file
        std::uint64_t offset = 0;
    };

    File file_;
    xet::MerkleTree tree_;
    std::vector<std::uint32_t> sizes_;  // of the file's chunks
    std::map<xet::Hash, std::vector<Place>> places_;
    std::uint64_t located_ = 0;
    std::size_t located_chunks_ = 0;
};

}  // namespace hf
