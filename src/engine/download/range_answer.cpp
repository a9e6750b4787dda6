#include "engine/download/range_answer.hpp"

#include "engine/files/content_id.hpp"

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

RangeAnswer judge_answer(unsigned status, const net::Fields& fields, std::optional<std::uint64_t> body_size,
                         ByteRange asked, std::optional<std::uint64_t> size, std::string_view name) {
    using Kind = RangeAnswer::Kind;
    if (status < 200 || status >= 300) {
        ErrorInfo info;
        info.status = status;
        info.message = "status " + std::to_string(status) + " carries no content of " + std::string(name);
        throw ProtocolError(std::move(info));
    }
    if (status != 206) {
        if (size && body_size && *body_size != *size) throw_wrong_size(name, *size, *body_size);
        return {Kind::whole, {0, size.value_or(UINT64_MAX)}};
    }
    if (!size) return {};  // nobody can say whether it is all
    const auto field = fields.find("Content-Range");
    if (!field) {
        // One part is accepted if its length fits: the hash has the last word.
        const bool several = fields.find("Content-Type").value_or("").starts_with("multipart/");
        if (several || (body_size && *body_size != asked.size())) return {};
        return {Kind::as_asked, asked};
    }
    const auto range = ContentRange::parse(*field);
    if (!range || range->range.begin != asked.begin || range->range.end > asked.end) return {};
    if (body_size && *body_size != range->range.size()) return {};
    if (range->total && *range->total != *size) throw_wrong_size(name, *size, *range->total);
    return {Kind::as_asked, range->range};
}

bool may_refuse_ranges(unsigned status) noexcept {
    const bool final_word = status == 401 || status == 404 || status == 408 || status == 410 || status == 429;
    return (status >= 400 && status < 500 && !final_word) || status == 501;
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
