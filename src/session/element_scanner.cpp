#include "session/element_scanner.hpp"

#include <hf/core/error.hpp>

#include <bit>
#include <cstring>
#include <utility>

namespace hf {
namespace {

// A page of 1,000 expanded models holds about 10 MB; a single element of more than this is an attack.
constexpr std::size_t max_element = 64u << 20;

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

[[noreturn]] void fail(std::string message) {
    ErrorInfo info;
    info.message = std::move(message);
    throw InvalidResponseError(std::move(info));
}

/// The next quotation mark, or `end`. Most strings are shorter than what a call of memchr costs: eight bytes at a
/// time, of which those that equal the mark become zero and borrow from above.
std::size_t find_quote(const char* text, std::size_t at, std::size_t end) {
    if constexpr (std::endian::native == std::endian::little) {
        constexpr std::uint64_t ones = 0x0101010101010101, marks = ones * '"';
        for (; at + 8 <= end; at += 8) {
            std::uint64_t bytes = 0;
            std::memcpy(&bytes, text + at, 8);
            bytes ^= marks;
            const std::uint64_t zero = (bytes - ones) & ~bytes & (ones << 7);
            if (zero != 0) return at + static_cast<std::size_t>(std::countr_zero(zero)) / 8;
        }
    }
    while (at < end && text[at] != '"') ++at;
    return at;
}

}  // namespace

void ElementScanner::feed(std::string_view bytes) {
    text_.append(bytes);
    const std::size_t end = text_.size();
    while (position_ < end) {
        const char c = text_[position_];
        switch (state_) {
            case State::before:
                if (c == '[')
                    state_ = State::between;
                else if (!is_space(c))
                    fail("expected a JSON array, found '" + text_.substr(position_, 40) + "'");
                ++position_;
                break;
            case State::between:
                if (c == ']') {
                    state_ = State::after;
                } else if (c != ',' && !is_space(c)) {
                    state_ = State::value;
                    start_ = position_;
                    break;  // looked at again as part of the value
                }
                ++position_;
                break;
            case State::value: scan_value(end); break;
            case State::after:
                if (!is_space(c)) fail("text behind the end of a JSON array");
                ++position_;
                break;
        }
    }
    if (state_ == State::value && end - start_ > max_element) {
        ErrorInfo info;
        info.message = "an element of a list is larger than 64 MiB";
        throw ResponseTooLargeError(std::move(info));
    }
}

std::size_t ElementScanner::skip_string(std::size_t from, std::size_t end) {
    const char* const text = text_.data();
    if (std::exchange(escaped_, false)) ++from;
    std::size_t at = from;
    while (at < end) {
        const std::size_t quote = find_quote(text, at, end);
        std::size_t before = quote;
        while (before > from && text[before - 1] == '\\') --before;
        const bool escaped = (quote - before) % 2 == 1;
        if (quote == end) {
            escaped_ = escaped;
            return end;
        }
        at = quote + 1;
        if (!escaped) {
            in_string_ = false;
            return at;
        }
        from = at;
    }
    return end;
}

void ElementScanner::scan_value(std::size_t end) {
    std::size_t i = position_;
    while (i < end) {
        if (in_string_) {
            i = skip_string(i, end);
            continue;
        }
        const char c = text_[i];
        if (c == '"') {
            in_string_ = true;
        } else if (c == '{' || c == '[') {
            ++depth_;
        } else if (c == '}' || (c == ']' && depth_ > 0)) {
            if (depth_ == 0) fail("unbalanced brackets in a JSON array");
            --depth_;
        } else if (depth_ == 0 && (c == ',' || c == ']')) {
            position_ = i;
            finish_element(i);
            return;
        }
        ++i;
    }
    position_ = i;
}

void ElementScanner::finish_element(std::size_t end) {
    while (is_space(text_[end - 1])) --end;
    elements_.emplace_back(static_cast<std::uint32_t>(start_), static_cast<std::uint32_t>(end - start_));
    state_ = State::between;
}

void ElementScanner::take(std::string& text, std::vector<std::pair<std::uint32_t, std::uint32_t>>& elements) {
    const std::size_t kept_from = state_ == State::value ? start_ : position_;
    std::string rest = text_.substr(kept_from);
    text_.resize(kept_from);
    text = std::exchange(text_, std::move(rest));
    elements = std::exchange(elements_, {});
    position_ -= kept_from;
    start_ = 0;
}

}  // namespace hf
