#pragma once

#include "async/semaphore.hpp"
#include "engine/files/file.hpp"
#include "xet/merkle.hpp"
#include "xet/term.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace hf {

/// Where chunks that were fetched lately lie on the disk, so that what files have in common is fetched once: within a
/// repository, and across those that are fetched at the same time. One of a client, which its calls keep alive: with
/// the last of them the files are closed. What it says is a guess until a chunk was read and hashed. Bounded in chunks
/// and in files; the oldest go first. Any thread.
class RecentChunks {
public:
    /// Chunks that follow each other in a xorb and in a file.
    struct Run {
        std::uint32_t first = 0;  ///< of the xorb
        std::shared_ptr<const File> file;
        std::uint64_t offset = 0;
        std::vector<xet::Node> chunks;

        xet::ChunkRange range() const noexcept { return {first, first + static_cast<std::uint32_t>(chunks.size())}; }
        std::uint64_t size() const noexcept;  ///< of the chunks' content
        Run part(const xet::ChunkRange& range) const;
    };

    explicit RecentChunks(std::size_t most_chunks = 1u << 18, std::size_t most_files = 64)
        : most_chunks_(most_chunks), most_files_(most_files) {}

    void add(const xet::Hash& xorb, Run run);
    /// What is in a file is not what it should be.
    void forget(const File& file);
    /// All of these chunks; where no file has them in a row, those that one has from the first of them on, or else up
    /// to the last.
    std::optional<Run> find(const xet::Hash& xorb, const xet::ChunkRange& chunks) const;

    /// One fetches chunks of a xorb from `first` on; who wants them, too, waits and finds them.
    boost::asio::awaitable<Semaphore::Ticket> turn(const xet::Hash& xorb, std::uint32_t first);

private:
    struct Entry {
        xet::Hash xorb;
        Run run;
    };
    using Entries = std::list<Entry>;
    using Place = std::pair<xet::Hash, std::uint32_t>;

    Entries::iterator drop(Entries::iterator entry);
    std::shared_ptr<Semaphore> gate(const Place& place);

    const std::size_t most_chunks_, most_files_;
    mutable std::mutex mutex_;
    Entries entries_;  // the newest last
    std::map<xet::Hash, std::vector<Entries::iterator>> by_xorb_;
    std::map<const File*, std::size_t> files_;  // with their entries
    std::size_t chunks_ = 0;
    std::map<Place, std::weak_ptr<Semaphore>> turns_;
};

}  // namespace hf
