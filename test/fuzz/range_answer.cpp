#include "fuzz.hpp"

#include "engine/download/range_answer.hpp"

#include <hf/core/error.hpp>

#include <algorithm>
#include <charconv>

namespace {

std::uint64_t number(std::string_view& text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (!text.empty()) text.remove_prefix(1);
    return error == std::errc() ? value : 0;
}

}  // namespace

// The first line: status, size, begin and end of the question, length of the body; the second: Content-Range.
HFHUB_FUZZ_TARGET(input) {
    auto [first, content_range] = two_texts(input);
    const auto status = static_cast<unsigned>(number(first));
    const std::uint64_t size = std::max<std::uint64_t>(number(first), 1);
    const std::uint64_t begin = number(first) % size;
    const hf::ByteRange asked{begin, begin + number(first) % (size - begin) + 1};
    const std::uint64_t length = number(first);
    const auto body_size = length > 0 ? std::optional(length) : std::nullopt;
    hf::net::Fields fields;
    if (!content_range.empty()) fields.add("Content-Range", std::string(content_range));
    try {
        const hf::RangeAnswer answer = hf::judge_answer(status, fields, body_size, asked, size, "f");
        HFHUB_PROPERTY(status >= 200 && status < 300);
        if (answer.kind == hf::RangeAnswer::Kind::whole) {
            HFHUB_PROPERTY(status != 206 && answer.body == (hf::ByteRange{0, size}));
            HFHUB_PROPERTY(!body_size || *body_size == size);
        }
        if (answer.kind == hf::RangeAnswer::Kind::as_asked) {
            // Never a byte from elsewhere, and always one at least: who goes on asking comes to an end.
            HFHUB_PROPERTY(answer.body.begin == asked.begin && answer.body.end <= asked.end && !answer.body.empty());
            HFHUB_PROPERTY(!body_size || *body_size == answer.body.size());
        }
    } catch (const hf::IntegrityError&) {
    } catch (const hf::ProtocolError&) {
    }
}
