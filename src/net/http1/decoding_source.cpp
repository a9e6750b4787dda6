#include "net/http1/decoding_source.hpp"

#include "async/turn.hpp"

#include <boost/asio/error.hpp>

#include <vector>

namespace hf::net {

namespace asio = boost::asio;

namespace {

// What is inflated without giving others a turn: about a millisecond.
constexpr std::size_t turn = 256 * 1024;

class DecodingSource final : public ByteSource {
public:
    DecodingSource(std::unique_ptr<ByteSource> inner, Inflater::Encoding encoding,
                   std::shared_ptr<const Exchange> exchange)
        : inner_(std::move(inner)), inflater_(encoding), exchange_(std::move(exchange)), block_(16 * 1024) {}

    asio::awaitable<std::size_t> read_some(asio::mutable_buffer buffer) override {
        if (buffer.size() == 0) co_return 0;
        if (since_turn_ >= turn) {
            since_turn_ = 0;
            co_await pass_turn();
        }
        for (;;) {
            const auto progress = inflater_.step(std::string_view(block_.data() + begin_, end_ - begin_),
                                                 std::span<char>(static_cast<char*>(buffer.data()), buffer.size()));
            begin_ += progress.consumed;
            if (!progress.valid)
                exchange_->fail<ProtocolError>("the compressed answer is corrupt", boost::system::error_code(), false);
            since_turn_ += progress.produced;
            if (progress.produced > 0) co_return progress.produced;
            if (begin_ < end_) continue;
            begin_ = 0;
            end_ = co_await inner_->read_some(asio::buffer(block_));
            if (end_ > 0) continue;
            if (!inflater_.complete()) exchange_->fail("the compressed answer was cut off", asio::error::eof, false);
            co_return 0;
        }
    }

private:
    std::unique_ptr<ByteSource> inner_;
    Inflater inflater_;
    std::shared_ptr<const Exchange> exchange_;
    std::vector<char> block_;
    std::size_t begin_ = 0, end_ = 0;
    std::size_t since_turn_ = 0;
};

}  // namespace

std::unique_ptr<ByteSource> decode_body(std::unique_ptr<ByteSource> inner, Inflater::Encoding encoding,
                                        std::shared_ptr<const Exchange> exchange) {
    return std::make_unique<DecodingSource>(std::move(inner), encoding, std::move(exchange));
}

}  // namespace hf::net
