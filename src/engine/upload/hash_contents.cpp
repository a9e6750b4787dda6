#include "engine/upload/hash_contents.hpp"

#include "async/on_strand.hpp"
#include "async/slice.hpp"
#include "engine/upload/upload_state.hpp"

#include <hf/core/hash.hpp>

#include <algorithm>

namespace hf {
namespace asio = boost::asio;
namespace {

// Read in blocks that fit the second-level cache.
constexpr std::size_t block_size = 256u << 10;

asio::awaitable<void> describe_all(std::vector<CommitOperationAdd> additions) {
    Slice slice;
    for (const auto& addition : additions) {
        if (!addition.state().info) describe(addition.state());
        if (slice.is_over()) co_await slice.pause();
    }
}

asio::awaitable<void> hash_all(std::vector<CommitOperationAdd> additions) {
    std::unique_ptr<char[]> buffer;
    Slice slice;
    for (const auto& addition : additions) {
        if (addition.state().is_hashed()) continue;
        if (!buffer) buffer = std::make_unique<char[]>(block_size);
        ContentHasher hasher(addition.state());
        while (hasher.step(buffer.get(), block_size)) {
            if (slice.is_over()) co_await slice.pause();
        }
        if (slice.is_over()) co_await slice.pause();
    }
}

// A file that changed since it was described is not reported here: it is not unchanged, and sending it will tell.
asio::awaitable<void> compare_blobs(std::vector<CommitOperationAdd> additions) {
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
            if (slice.is_over()) co_await slice.pause();
        }
        state.unchanged = at == size && reader->version() == state.version && hash.hex() == state.remote_oid;
        if (slice.is_over()) co_await slice.pause();
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

asio::awaitable<void> describe_contents(std::vector<CommitOperationAdd> additions, asio::any_io_executor worker) {
    return run_task(describe_all, std::move(additions), std::move(worker));
}

asio::awaitable<void> hash_contents(std::vector<CommitOperationAdd> additions, asio::any_io_executor worker) {
    return run_task(hash_all, std::move(additions), std::move(worker));
}

asio::awaitable<void> find_unchanged(std::vector<CommitOperationAdd> additions, asio::any_io_executor worker) {
    constexpr std::size_t sha1_digits = 40, sha256_digits = 64;
    std::vector<CommitOperationAdd> blobs, objects;
    for (const auto& addition : additions) {
        UploadState& state = addition.state();
        state.unchanged = false;
        if (state.contested) continue;
        const bool is_lfs = state.mode == UploadMode::lfs;
        if (is_lfs && state.remote_oid.size() == sha256_digits) objects.push_back(addition);
        if (!is_lfs && state.remote_oid.size() == sha1_digits) blobs.push_back(addition);
    }
    if (!objects.empty()) co_await run_task(hash_all, objects, worker);
    for (const auto& addition : objects)
        addition.state().unchanged = addition.state().remote_oid == addition.state().info->sha256;
    if (!blobs.empty()) co_await run_task(compare_blobs, std::move(blobs), std::move(worker));
}

}  // namespace hf
