#include "engine/files/hash_file.hpp"

#include "async/on_strand.hpp"
#include "async/turn.hpp"

#include <algorithm>
#include <memory>

namespace hf {

namespace asio = boost::asio;

namespace {

constexpr std::size_t slice = 256u << 10;

asio::awaitable<void> hash_in_slices(const File& file, std::uint64_t size, ContentHash& hash) {
    const std::unique_ptr<char[]> buffer(new char[slice]);
    while (hash.position() < size) {
        const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(slice, size - hash.position()));
        const std::size_t n = file.read_at(buffer.get(), want, hash.position());
        if (n == 0) break;
        hash.update(buffer.get(), n);
        if (hash.position() < size) co_await pass_turn();
    }
}

}  // namespace

asio::awaitable<void> hash_file(const File& file, std::uint64_t size, ContentHash& hash, asio::any_io_executor worker) {
    if (worker) return run_on(std::move(worker), hash_in_slices(file, size, hash));
    return hash_in_slices(file, size, hash);
}

asio::awaitable<std::string> hash_of_file(const File& file, ContentId content, asio::any_io_executor worker) {
    ContentHash hash(content);
    co_await hash_file(file, *content.size(), hash, std::move(worker));
    co_return hash.finish();
}

}  // namespace hf
