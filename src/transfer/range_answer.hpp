#pragma once

#include "transfer/range_set.hpp"

#include <hf/net/transport.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hf {

/// "bytes 9-21/22" as {9, 22} and 22; nullopt if it is not of that form. A total of "*" is unknown.
struct ContentRange {
    ByteRange range;
    std::optional<std::uint64_t> total;
    static std::optional<ContentRange> parse(std::string_view text);
};

/// What a server made of a request for a range of a file. Pure.
enum class RangeVerdict {
    as_asked,  ///< the body starts where it was asked to
    whole,     ///< the body is the whole file
    useless,   ///< a part, but another one
};

/// `asked` is the range of the request ({0, size} for a request without Range). Throws IntegrityError when
/// the answer is of a file of another size, before a byte of it is used; ProtocolError for a status that
/// carries no content.
RangeVerdict judge_answer(unsigned status, const net::Fields& fields, std::optional<std::uint64_t> body_size,
                          ByteRange asked, std::optional<std::uint64_t> size, std::string_view name);

/// What to send as If-Range later: a strong ETag, else nothing.
std::string range_validator(const net::Fields& fields);

/// "bytes=9-" or, if `range` ends before `size`, "bytes=9-21".
std::string range_field(ByteRange range, std::uint64_t size);

}  // namespace hf
