#include "transfer/hash_files.hpp"

#include "transfer/on_strand.hpp"
#include "transfer/upload_state.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace hf {
namespace asio = boost::asio;
namespace {

// Read in blocks that fit the second-level cache; others run after this many bytes or files, which is
// about half a millisecond.
constexpr std::size_t block_size = 256u << 10;
constexpr std::size_t slice_bytes = 1u << 20;
constexpr std::size_t slice_files = 32;

}  // namespace

asio::awaitable<void> hash_contents(std::vector<CommitOperationAdd> additions) {
    const auto executor = co_await asio::this_coro::executor;
    std::unique_ptr<char[]> buffer;
    std::size_t bytes = 0, files = 0;
    for (const auto& addition : additions) {
        UploadState& state = addition.state();
        if (state.info) continue;
        if (!buffer) buffer = std::make_unique<char[]>(block_size);
        ContentHasher hasher(*state.content.source());
        while (hasher.step(buffer.get(), block_size)) {
            bytes += block_size;
            if (bytes < slice_bytes) continue;
            bytes = files = 0;
            co_await asio::post(executor, asio::use_awaitable);
        }
        state.version = hasher.version();
        state.info = hasher.finish();
        if (++files >= slice_files) {
            bytes = files = 0;
            co_await asio::post(executor, asio::use_awaitable);
        }
    }
}

asio::awaitable<void> hash_contents(std::vector<CommitOperationAdd> additions, asio::any_io_executor worker) {
    if (!worker) {
        co_await hash_contents(std::move(additions));
        co_return;
    }
    co_await run_on(worker, hash_contents(std::move(additions)));
}

}  // namespace hf
