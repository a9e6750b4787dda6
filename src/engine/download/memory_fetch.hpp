#pragma once

#include "engine/download/content_requests.hpp"

namespace hf {

/// A file that fits into one buffer: read into memory, and written once it is right. See Fetch.
class MemoryFetch {
public:
    explicit MemoryFetch(ContentRequests& requests) : requests_(requests) {}

    boost::asio::awaitable<Partial> run();

private:
    void load_incomplete();
    void forget();
    boost::asio::awaitable<void> read(bool& progressed);

    ContentRequests& requests_;
    BufferPool::Buffer buffer_;
    std::size_t received_ = 0;
};

}  // namespace hf
