#pragma once

#include "engine/download/content_requests.hpp"
#include "engine/download/file_sink.hpp"

namespace hf {

/// A file that is written to the disk as it arrives: over one connection, continued with a range where it breaks off,
/// or over several, each of which fetches parts. See Fetch.
class DiskFetch {
public:
    explicit DiskFetch(ContentRequests& requests);

    boost::asio::awaitable<Partial> run();

private:
    bool in_parts() const noexcept { return large_ && !requests_.whole_only(); }
    void start_over();
    boost::asio::awaitable<bool> fetch_missing();
    boost::asio::awaitable<void> stream_worker();
    boost::asio::awaitable<void> fetch_part(ByteRange part);
    boost::asio::awaitable<void> fetch_once(ByteRange wanted, BufferPool::Buffer& buffer, bool& progressed);
    boost::asio::awaitable<void> pump(net::Response& response, ByteRange range, BufferPool::Buffer& buffer,
                                      bool& progressed);
    void keep(std::uint64_t at, const char* data, std::size_t size, bool& progressed);

    ContentRequests& requests_;
    TransferEngine& engine_;
    const bool large_;
    FileSink sink_;
};

}  // namespace hf
