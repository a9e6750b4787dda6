#include <hf/core/error.hpp>
#include <hf/net/transport.hpp>

#include <algorithm>

namespace hf::net {

namespace asio = boost::asio;

Body::Body(std::string text) : text_(std::make_shared<const std::string>(std::move(text))) {}

Body::Body(std::optional<std::uint64_t> size, Open open) : size_(size), open_(std::move(open)) {}

std::optional<std::uint64_t> Body::size() const noexcept {
    if (text_) return text_->size();
    if (open_) return size_;
    return 0;
}

asio::awaitable<std::string> read_all(std::unique_ptr<ByteSource> source, std::size_t limit) {
    // Most answers of the Hub's API fit into the first block; a page of a listing takes a few.
    constexpr std::size_t first_block = 4096, largest_block = 256 * 1024;
    std::string text;
    std::size_t used = 0;
    for (;;) {
        if (used == text.size()) text.resize(used + std::clamp(used, first_block, largest_block));
        const std::size_t got = co_await source->read_some(asio::buffer(text.data() + used, text.size() - used));
        if (got == 0) break;
        used += got;
        if (used > limit) {
            ErrorInfo info;
            info.message = "the answer is larger than the limit of " + std::to_string(limit) + " bytes";
            throw ResponseTooLargeError(std::move(info));
        }
    }
    text.resize(used);
    co_return text;
}

}  // namespace hf::net
