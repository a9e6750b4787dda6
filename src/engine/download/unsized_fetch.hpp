#pragma once

#include "engine/download/content_requests.hpp"

namespace hf {

/// A file whose size nobody tells: written as it arrives, and from the start after each interruption. See Fetch.
class UnsizedFetch {
public:
    explicit UnsizedFetch(ContentRequests& requests) : requests_(requests) {}

    boost::asio::awaitable<Partial> run();

private:
    boost::asio::awaitable<void> read(bool& progressed);

    ContentRequests& requests_;
    BufferPool::Buffer buffer_;
    Partial partial_;
    std::uint64_t size_ = 0;
    bool again_ = false;
};

}  // namespace hf
