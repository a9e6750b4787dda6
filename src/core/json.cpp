#include <hf/core/json.hpp>

#include "core/text.hpp"
#include "core/utf8.hpp"

#include <boost/json/kind.hpp>
#include <boost/json/parser.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cmath>

namespace hf::json {
namespace {

[[noreturn]] void throw_invalid(std::string_view why, boost::system::error_code cause = {}) {
    ErrorInfo info;
    info.message = "not valid JSON: " + std::string(why);
    info.cause = cause;
    throw InvalidResponseError(std::move(info));
}

// Boost.JSON 1.81 makes 0e999 a NaN and 1e999 an infinity, which it then writes as no JSON can be.
void settle_numbers(value& json) {
    if (double* number = json.if_double()) {
        if (std::isnan(*number)) *number = 0;
        if (std::isinf(*number)) throw_invalid("a number is too large");
    } else if (array* items = json.if_array()) {
        for (value& item : *items) settle_numbers(item);
    } else if (object* members = json.if_object()) {
        for (auto& member : *members) settle_numbers(member.value());
    }
}

value parse_once(std::string_view text, const boost::json::storage_ptr& storage, boost::system::error_code& failure) {
    boost::json::parse_options options;
    options.max_depth = 64;  // the Hub nests model cards and configurations less than 20 deep
    // Scratch of the parser, which else would ask the heap for it again and again while it grows.
    unsigned char scratch[8192];
    boost::json::parser parser(boost::json::storage_ptr(), options, scratch, sizeof scratch);
    parser.reset(storage);
    failure.clear();
    const std::size_t used = parser.write(text.data(), text.size(), failure);
    if (!failure && used < text.size()) failure = boost::json::error::extra_data;
    return failure ? value() : parser.release();
}

/// The UTF-16 unit of an escape "\ud83d" at the beginning of `text`.
std::optional<unsigned> escaped_unit(std::string_view text) {
    if (text.size() < 6 || !text.starts_with("\\u")) return std::nullopt;
    return to_number<unsigned>(text.substr(2, 4), 16);
}

bool is_high(std::optional<unsigned> unit) { return unit && *unit >= 0xD800 && *unit < 0xDC00; }
bool is_low(std::optional<unsigned> unit) { return unit && *unit >= 0xDC00 && *unit < 0xE000; }

/// `text` with U+FFFD for halves of surrogate pairs and for bytes that are no UTF-8; nullopt if it has none.
std::optional<std::string> mend_characters(std::string_view text) {
    std::string out;
    bool mended = false;
    out.reserve(text.size());
    while (!text.empty()) {
        std::size_t length = 1;
        bool broken = false;
        if (text.starts_with("\\u")) {
            const auto unit = escaped_unit(text);
            const bool pair = is_high(unit) && is_low(escaped_unit(text.substr(6)));
            broken = !pair && (is_high(unit) || is_low(unit));
            length = pair ? 12 : unit ? 6 : 2;
        } else if (text.front() == '\\') {
            length = std::min<std::size_t>(2, text.size());
        } else {
            const auto [character, bytes] = utf8::decode(text);
            broken = character == utf8::invalid;
            length = bytes;
        }
        if (broken)
            out += "\xEF\xBF\xBD";
        else
            out.append(text.substr(0, length));
        mended = mended || broken;
        text.remove_prefix(length);
    }
    if (!mended) return std::nullopt;
    return out;
}

}  // namespace

value parse(std::string_view text, boost::json::storage_ptr storage) {
    boost::system::error_code failure;
    value out = parse_once(text, storage, failure);
    // Texts that were cut within a character; no look at them where all is well.
    if (failure) {
        if (const auto mended = mend_characters(text)) out = parse_once(*mended, storage, failure);
    }
    if (failure) throw_invalid(failure.message(), failure);
    settle_numbers(out);
    return out;
}

std::optional<value> try_parse(std::string_view text) {
    try {
        return parse(text);
    } catch (const InvalidResponseError&) {
        return std::nullopt;
    }
}

const array& array_or_null(const value& json) {
    static const array none;
    if (json.is_null()) return none;
    if (const array* items = json.if_array()) return *items;
    DecodeError("expected an array").raise();
}

std::string serialize(const value& json) { return boost::json::serialize(json); }

void DecodeError::inside(std::string_view member) {
    const char* separator = path_.empty() || path_.front() == '[' ? "" : ".";
    path_ = std::string(member) + separator + path_;
}

void DecodeError::inside(std::size_t index) {
    const char* separator = path_.empty() || path_.front() == '[' ? "" : ".";
    path_ = "[" + std::to_string(index) + "]" + separator + path_;
}

void DecodeError::raise() const {
    ErrorInfo info;
    info.message = "unexpected JSON" + (path_.empty() ? std::string() : " at " + path_) + ": " + problem_;
    info.argument = path_;
    throw InvalidResponseError(std::move(info));
}

void throw_type(std::string_view expected, const value& found) {
    const auto kind = boost::json::to_string(found.kind());
    throw DecodeError("expected " + std::string(expected) + ", found " + std::string(kind.data(), kind.size()));
}

namespace detail {

std::string camel_case(std::string_view member) {
    if (member.ends_with('_')) member.remove_suffix(1);
    std::string out;
    bool upper = false;
    for (const char c : member) {
        if (c == '_') {
            upper = true;
        } else {
            out += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
            upper = false;
        }
    }
    return out;
}

bool MemberForm::stays_raw(const object& extra) const {
    const value* raw = extra.if_contains(written());
    if (!raw) return false;
    const bool is_full =
        (raw->is_array() && !raw->get_array().empty()) || (raw->is_object() && !raw->get_object().empty());
    return plain || (list && is_full);
}

std::string_view MemberForm::written() const { return std::string_view(names).substr(0, names.find('|')); }

std::string_view MemberForm::written(const object& extra) const {
    std::string_view others(names);
    for (auto bar = others.find('|'); bar != others.npos; bar = others.find('|')) {
        others.remove_prefix(bar + 1);
        const std::string_view other = others.substr(0, others.find('|'));
        if (const value* mark = extra.if_contains(other); mark && mark->is_null()) return other;
    }
    return written();
}

void NameIndex::add(std::string_view names, std::size_t member) {
    while (true) {
        const auto bar = names.find('|');
        std::pair<std::string, std::size_t> entry(names.substr(0, bar), member);
        by_name_.insert(std::ranges::upper_bound(by_name_, entry), std::move(entry));
        if (bar == names.npos) return;
        names.remove_prefix(bar + 1);
    }
}

std::optional<std::size_t> NameIndex::find(std::string_view name) const {
    const auto it = std::ranges::lower_bound(by_name_, name, {}, &std::pair<std::string, std::size_t>::first);
    if (it == by_name_.end() || it->first != name) return std::nullopt;
    return it->second;
}

}  // namespace detail
}  // namespace hf::json
