#include "session/long_answer.hpp"

#include <boost/json/stream_parser.hpp>

namespace hf {

namespace asio = boost::asio;

namespace {

constexpr std::size_t piece = 16u << 10;  // takes a tenth of a millisecond

}  // namespace

asio::awaitable<json::value> parse_in_slices(std::string_view text, boost::json::storage_ptr storage, Slice& slice) {
    boost::json::parse_options options;
    options.max_depth = 64;  // as json::parse
    boost::json::stream_parser parser(boost::json::storage_ptr(), options);
    parser.reset(storage);
    boost::system::error_code failure;
    for (std::size_t at = 0; at < text.size() && !failure; at += piece) {
        const std::string_view part = text.substr(at, piece);
        parser.write(part.data(), part.size(), failure);
        if (slice.is_over()) co_await slice.pause();
    }
    if (!failure) parser.finish(failure);
    // What is not well-formed is mended, or described.
    if (failure) co_return json::parse(text, storage);
    co_return parser.release();
}

}  // namespace hf
