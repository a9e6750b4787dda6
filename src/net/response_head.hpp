#pragma once

#include <hf/net/transport.hpp>

#include <boost/system/error_code.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace hf::net {

/// Status line and fields of an answer, with what they say of the body behind them.
class ResponseHead {
public:
    enum class Framing { none, length, chunked, until_close };

    ResponseHead() {}

    unsigned status = 0;
    Fields fields;
    Framing framing = Framing::none;
    std::uint64_t content_length = 0;  ///< with Framing::length
    bool keep_alive = false;
};

/// Reads one head from the front of `bytes`: the number of bytes it takes, 0 if it is not complete yet.
/// `method` is that of the request. Sets `error` to one of Beast's codes for what cannot be a head, or is
/// longer than `limit`.
std::size_t parse_response_head(std::string_view bytes, Method method, std::size_t limit, ResponseHead& head,
                                boost::system::error_code& error);

}  // namespace hf::net
