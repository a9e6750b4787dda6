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

/// 1xx answers before the final one: a handful are sensible, an endless row of them is not.
constexpr unsigned max_interim = 32;

/// Reads one head from the front of `bytes`: the number of bytes it takes, 0 if it is not complete yet.
/// `method` is that of the request. Sets `error` to one of Beast's codes for what cannot be a head, or is
/// longer than `limit`: as soon as that can be seen, so that nobody waits for its end. Lines that end in LF alone
/// and codings of the transfer other than chunked are such.
std::size_t parse_response_head(std::string_view bytes, Method method, std::size_t limit, ResponseHead& head,
                                boost::system::error_code& error);

}  // namespace hf::net
