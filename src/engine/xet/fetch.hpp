#pragma once

#include "async/slice.hpp"
#include "engine/download/content_requests.hpp"
#include "engine/xet/chunk_sink.hpp"
#include "engine/xet/older_version.hpp"
#include "engine/xet/recent_chunks.hpp"
#include "engine/xet/store_client.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace hf {

/// A file that is put together from the chunks of Xet storage (specification "File reconstruction"): windows of it are
/// asked for, two at a time, and the ranges of xorbs that each needs are fetched side by side, once each, and decoded
/// as they arrive. Chunks that an older version of the file on the disk has, or a file that was fetched lately, are
/// taken from there. Every chunk is hashed, and the file's id is made anew from them before it counts. Whatever breaks
/// off, expires or does not decode is asked for again with what is still missing. See Fetch.
class XetFetch {
public:
    XetFetch(ContentRequests& requests, xet::Hash file);

    /// nullopt: there is no Xet storage to be had, which says nothing of the file; what came is kept. Session::warn has
    /// been told why, and the next files of the session need not try for a while.
    boost::asio::awaitable<std::optional<Partial>> run();

private:
    struct Landing;  // of the chunks of one range
    /// The first of the ranges of a window that failed.
    struct Failure {
        std::exception_ptr error;
        bool expired = false, damaged = false;
    };
    /// What became of the ranges of a window.
    struct Outcome {
        Failure failure;
        bool shortened = false;  ///< a part of some was on the disk: what is left is to be asked for alone
    };

    boost::asio::awaitable<Partial> bring();
    boost::asio::awaitable<void> look_at_older();
    boost::asio::awaitable<bool> locate_older();
    boost::asio::awaitable<void> take_from_older(const xet::PlannedFetch& fetch, bool& progressed);
    boost::asio::awaitable<std::uint64_t> take_from_recent(const xet::PlannedFetch& fetch, bool& progressed);
    boost::asio::awaitable<bool> copy_run(const RecentChunks::Run& run, std::uint64_t at, Slice& slice,
                                          bool& progressed);
    bool copy_chunk(const File& from, std::uint64_t offset, std::uint64_t at, const xet::Node& chunk, bool& progressed);
    void note_recent(const xet::PlannedFetch& fetch, std::span<const xet::Node> chunks);
    boost::asio::awaitable<void> fetch_missing();
    std::optional<ByteRange> next_window();
    boost::asio::awaitable<void> fetch_window(ByteRange window, bool& progressed);
    boost::asio::awaitable<void> fetch_planned(const xet::PlannedFetch& fetch, Outcome& outcome, bool& progressed);
    boost::asio::awaitable<void> fetch_range(const xet::PlannedFetch& fetch, bool& progressed);
    boost::asio::awaitable<void> decode(net::Response& response, const xet::PlannedFetch& fetch, bool& progressed);
    boost::asio::awaitable<std::optional<xet::Reconstruction>> ask(ByteRange window);
    bool is_missing(const xet::PlannedFetch& fetch) const;
    bool may_repeat(const Failure& failure);
    boost::asio::awaitable<bool> has_sha256();

    ContentRequests& requests_;
    const TransferCall& call_;
    TransferEngine& engine_;
    StoreClient store_;
    xet::Hash file_;
    ChunkSink sink_;
    std::unique_ptr<OlderVersion> older_;
    std::shared_ptr<RecentChunks> recent_;
    std::shared_ptr<const File> own_;  // what others may take from
    std::vector<ByteRange> windows_;   // that are being fetched
    int renewals_ = 0, repairs_ = 0;
    int wrong_ids_ = 0;
};

}  // namespace hf
