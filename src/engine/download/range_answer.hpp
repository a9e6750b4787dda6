#pragma once

#include "engine/files/range_set.hpp"

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
struct RangeAnswer {
    enum class Kind {
        as_asked,  ///< a range that begins where it was asked to, and does not go beyond
        whole,     ///< the whole file
        useless,   ///< another part, several parts, or nobody can tell
    };
    Kind kind = Kind::useless;
    ByteRange body;  ///< what the body holds; the end of a body of unknown length is that of the question
};

/// `asked` is the range of the request ({0, size} for a request without Range). Throws IntegrityError when
/// the answer is of a file of another size, before a byte of it is used; ProtocolError for a status that
/// carries no content.
RangeAnswer judge_answer(unsigned status, const net::Fields& fields, std::optional<std::uint64_t> body_size,
                         ByteRange asked, std::optional<std::uint64_t> size, std::string_view name);

/// Whether a server that answers a range with `status` may still give the whole file: 416 from storage that
/// knows no ranges, 4xx from a proxy that does not let them pass. Not what says that the file is gone or not
/// for this token, nor what asks for patience.
bool may_refuse_ranges(unsigned status) noexcept;

/// What to send as If-Range later: a strong ETag, else nothing.
std::string range_validator(const net::Fields& fields);

/// "bytes=9-" or, if `range` ends before `size`, "bytes=9-21".
std::string range_field(ByteRange range, std::uint64_t size);

}  // namespace hf
