#include "transfer/range_answer.hpp"

#include "transfer/content.hpp"

#include <hf/core/error.hpp>

#include <charconv>

namespace hf {

namespace {

std::optional<std::uint64_t> take_number(std::string_view& text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

bool take(std::string_view& text, char c) {
    if (!text.starts_with(c)) return false;
    text.remove_prefix(1);
    return true;
}

}  // namespace

std::optional<ContentRange> ContentRange::parse(std::string_view text) {
    constexpr std::string_view unit = "bytes ";
    if (!text.starts_with(unit)) return std::nullopt;
    text.remove_prefix(unit.size());
    ContentRange out;
    const auto first = take_number(text);
    if (!first || !take(text, '-')) return std::nullopt;
    const auto last = take_number(text);
    if (!last || *last < *first || *last == UINT64_MAX || !take(text, '/')) return std::nullopt;
    out.range = {*first, *last + 1};
    if (text == "*") return out;
    out.total = take_number(text);
    if (!out.total || !text.empty() || *out.total < out.range.end) return std::nullopt;
    return out;
}

RangeVerdict judge_answer(unsigned status, const net::Fields& fields, std::optional<std::uint64_t> body_size,
                          ByteRange asked, std::optional<std::uint64_t> size, std::string_view name) {
    if (status < 200 || status >= 300) {
        ErrorInfo info;
        info.status = status;
        info.message = "status " + std::to_string(status) + " carries no content of " + std::string(name);
        throw ProtocolError(std::move(info));
    }
    if (status != 206) {
        if (size && body_size && *body_size != *size) throw_wrong_size(name, *size, *body_size);
        return RangeVerdict::whole;
    }
    const auto field = fields.find("Content-Range");
    if (!field) {
        // Accepted if the length fits: the hash has the last word.
        if (size && body_size && *body_size != asked.size()) return RangeVerdict::useless;
        return RangeVerdict::as_asked;
    }
    const auto range = ContentRange::parse(*field);
    if (!range || range->range.begin != asked.begin || (size && range->range.end > asked.end))
        return RangeVerdict::useless;
    if (size && range->total && *range->total != *size) throw_wrong_size(name, *size, *range->total);
    return RangeVerdict::as_asked;
}

std::string range_validator(const net::Fields& fields) {
    const auto etag = fields.find("ETag");
    if (!etag || !etag->starts_with('"') || !etag->ends_with('"') || etag->size() < 3) return {};
    return std::string(*etag);
}

std::string range_field(ByteRange range, std::uint64_t size) {
    std::string out = "bytes=" + std::to_string(range.begin) + "-";
    if (range.end < size) out += std::to_string(range.end - 1);
    return out;
}

}  // namespace hf
