#pragma once

#include "engine/files/partial_store.hpp"
#include "xet/chunker.hpp"
#include "xet/merkle.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <map>
#include <string>

namespace hf {

/// Where the chunks of a file go, in whatever order: to its partial and the journal of that, and in the order of the
/// file into the Merkle tree that gives its id. Holds the hashes of those alone that came before their turn. On a
/// strand.
///
/// The journal is that of any partial; its validator names the file's Xet id, and says that each range begins where a
/// chunk does. What an earlier run left is cut into chunks again, and what does not end with one is fetched again.
/// Files whose writer cut otherwise end with a wrong id then, which costs a fetch and never a wrong byte.
class ChunkSink {
public:
    /// `name` is for messages.
    ChunkSink(std::string name, xet::Hash file, std::uint64_t size, Partial partial);

    /// Whether a partial's validator is one of those.
    static bool is_mark(std::string_view validator);

    /// Takes over what the partial holds of an earlier run. Lets others run in between.
    boost::asio::awaitable<void> take_up();
    /// Starts the journal, unless there is one of this file.
    void begin_journal(const ContentId& content);

    /// A whole chunk that lies at `at`. False if it was there. Throws IntegrityError if it reaches beyond the file.
    bool write(std::uint64_t at, xet::Bytes chunk, const xet::Hash& hash);
    bool has(ByteRange range) const noexcept { return done_.contains(range); }
    const RangeSet& done() const noexcept { return done_; }
    std::uint64_t size() const noexcept { return size_; }
    bool complete() const noexcept { return has({0, size_}); }
    /// Of what is there; that of the file if it is complete and right.
    xet::Hash id() const { return hashed_ == size_ ? file_id(tree_) : xet::Hash(); }

    /// Throws everything away.
    void start_over();
    Partial& partial() noexcept { return partial_; }
    Partial take_partial() { return std::move(partial_); }

private:
    std::string mark() const;
    boost::asio::awaitable<void> take_up(ByteRange range);
    void note(std::uint64_t at, const xet::Node& chunk);

    std::string name_;
    xet::Hash file_;
    std::uint64_t size_;
    Partial partial_;
    RangeSet done_;
    xet::MerkleTree tree_;
    std::uint64_t hashed_ = 0;                  // as far as the tree reaches
    std::map<std::uint64_t, xet::Node> ahead_;  // behind that, by their place
};

}  // namespace hf
