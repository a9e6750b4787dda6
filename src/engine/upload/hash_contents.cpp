#include "engine/upload/hash_contents.hpp"

#include "async/on_strand.hpp"
#include "engine/upload/upload_state.hpp"

#include <hf/core/hash.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace hf {
namespace asio = boost::asio;
namespace {

// Read in blocks that fit the second-level cache.
constexpr std::size_t block_size = 256u << 10;

/// Work until others should run, which is about half a millisecond.
class Slice {
public:
    bool over_after_block() { return over(block_size, 0); }
    bool over_after_file() { return over(0, 1); }

private:
    bool over(std::size_t bytes, std::size_t files) {
        bytes_ += bytes;
        files_ += files;
        if (bytes_ < slice_bytes && files_ < slice_files) return false;
        bytes_ = files_ = 0;
        return true;
    }

    static constexpr std::size_t slice_bytes = 1u << 20;
    static constexpr std::size_t slice_files = 32;
    std::size_t bytes_ = 0, files_ = 0;
};

asio::awaitable<void> compute_infos(std::vector<CommitOperationAdd> additions) {
    const auto executor = co_await asio::this_coro::executor;
    std::unique_ptr<char[]> buffer;
    Slice slice;
    for (const auto& addition : additions) {
        UploadState& state = addition.state();
        if (state.info) continue;
        if (!buffer) buffer = std::make_unique<char[]>(block_size);
        ContentHasher hasher(*state.content.source());
        while (hasher.step(buffer.get(), block_size)) {
            if (slice.over_after_block()) co_await asio::post(executor, asio::use_awaitable);
        }
        state.version = hasher.version();
        state.info = hasher.finish();
        if (slice.over_after_file()) co_await asio::post(executor, asio::use_awaitable);
    }
}

// A file that changed since it was hashed is not reported here: it is not unchanged, and sending it will tell.
asio::awaitable<void> compare_blobs(std::vector<CommitOperationAdd> additions) {
    const auto executor = co_await asio::this_coro::executor;
    const auto buffer = std::make_unique<char[]>(block_size);
    Slice slice;
    for (const auto& addition : additions) {
        UploadState& state = addition.state();
        const auto reader = state.content.source()->open();
        const std::uint64_t size = state.info->size;
        GitBlobSha1 hash(size);
        std::uint64_t at = 0;
        while (at < size) {
            const std::size_t n = reader->read_at(at, buffer.get(), std::min<std::uint64_t>(block_size, size - at));
            if (n == 0) break;
            hash.update(buffer.get(), n);
            at += n;
            if (slice.over_after_block()) co_await asio::post(executor, asio::use_awaitable);
        }
        state.unchanged = at == size && reader->version() == state.version && hash.hex() == state.remote_oid;
        if (slice.over_after_file()) co_await asio::post(executor, asio::use_awaitable);
    }
}

using Task = asio::awaitable<void> (*)(std::vector<CommitOperationAdd>);

asio::awaitable<void> run_task(Task task, std::vector<CommitOperationAdd> additions, asio::any_io_executor worker) {
    if (worker)
        co_await run_on(worker, task(std::move(additions)));
    else
        co_await task(std::move(additions));
}

}  // namespace

asio::awaitable<void> hash_contents(std::vector<CommitOperationAdd> additions, asio::any_io_executor worker) {
    return run_task(compute_infos, std::move(additions), std::move(worker));
}

asio::awaitable<void> find_unchanged(std::vector<CommitOperationAdd> additions, asio::any_io_executor worker) {
    constexpr std::size_t sha1_digits = 40;
    std::vector<CommitOperationAdd> to_read;
    for (const auto& addition : additions) {
        UploadState& state = addition.state();
        const bool is_lfs = state.mode == UploadMode::lfs;
        state.unchanged = false;
        if (state.contested) continue;
        state.unchanged = is_lfs && state.remote_oid == state.info->sha256;
        if (!is_lfs && state.remote_oid.size() == sha1_digits) to_read.push_back(addition);
    }
    if (!to_read.empty()) co_await run_task(compare_blobs, std::move(to_read), std::move(worker));
}

}  // namespace hf
