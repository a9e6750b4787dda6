#pragma once

#include "engine/buffer_pool.hpp"
#include "engine/download/part_plan.hpp"
#include "engine/files/content_id.hpp"
#include "engine/files/partial_store.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace hf {

class TransferEngine;

/// Where the bytes of a file go that is written as it arrives, in whatever order: to its partial and the journal of
/// that, and in the order of the file to its hash: from memory if a piece comes in order, else later from the page
/// cache. On a strand.
class FileSink {
public:
    /// The size of `content` must be known. `name` is for messages.
    FileSink(TransferEngine& engine, std::string name, const ContentId& content, Partial partial);

    Partial& partial() noexcept { return partial_; }
    Partial take_partial() { return std::move(partial_); }
    PartPlan& plan() noexcept { return *plan_; }
    ContentHash& hash() noexcept { return hash_; }

    /// Sets disk space aside; before what is written first, and after `start_over`.
    boost::asio::awaitable<void> make_room();
    void write(std::uint64_t at, const char* data, std::size_t size);
    /// Throws everything away. Parts in flight stay in flight, see PartPlan.
    void start_over();
    /// Parts that were given up on the way are in flight no more.
    void plan_anew();

    /// Hashes what is there without a gap and was not hashed on its way. Lets others run in between.
    boost::asio::awaitable<void> hash_rest();
    /// Hashes all of it beside its transfer, on the engine's worker. From `offload` on `write` leaves it to that.
    void offload(boost::asio::any_io_executor executor) { written_.emplace(std::move(executor)); }
    bool is_offloaded() const noexcept { return written_.has_value(); }
    boost::asio::awaitable<void> follow();

private:
    bool hash_from_disk(std::uint64_t end);
    boost::asio::awaitable<void> hash_some_on_worker(std::uint64_t end);

    TransferEngine& engine_;
    std::string name_;
    Partial partial_;
    ContentHash hash_;
    std::optional<PartPlan> plan_;
    BufferPool::Buffer hash_buffer_;
    bool has_room_ = false;
    std::optional<boost::asio::steady_timer> written_;  // what `follow` waits for
};

}  // namespace hf
