#include "xet/format.hpp"

#include <hf/core/error.hpp>

namespace hf::xet {
namespace {

ErrorInfo info_of(std::string_view what, std::string_view problem) {
    ErrorInfo info;
    info.message = "The " + std::string(what) + " " + std::string(problem) + ".";
    return info;
}

}  // namespace

void throw_malformed(std::string_view what, std::string_view problem) {
    throw InvalidResponseError(info_of(what, problem));
}

void throw_corrupt(std::string_view what, std::string_view problem) { throw IntegrityError(info_of(what, problem)); }

Bytes Cursor::take(std::size_t size) {
    if (size > rest_.size()) {
        throw_malformed(what_, "ends early: " + std::to_string(size) + " bytes are needed at " +
                                   std::to_string(position()) + " and " + std::to_string(rest_.size()) + " are left");
    }
    const Bytes out = rest_.first(size);
    rest_ = rest_.subspan(size);
    return out;
}

std::uint64_t Cursor::number(std::size_t size) {
    const Bytes bytes = take(size);
    std::uint64_t out = 0;
    for (std::size_t i = size; i-- > 0;) out = out << 8 | std::to_integer<std::uint64_t>(bytes[i]);
    return out;
}

void append(std::vector<std::byte>& out, Bytes data) { out.insert(out.end(), data.begin(), data.end()); }

void append_number(std::vector<std::byte>& out, std::uint64_t number, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i, number >>= 8) out.push_back(static_cast<std::byte>(number & 255));
}

}  // namespace hf::xet
