#include <hf/core/json.hpp>

#include <boost/json/kind.hpp>
#include <boost/json/parser.hpp>
#include <boost/json/serialize.hpp>

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

}  // namespace

value parse(std::string_view text, boost::json::storage_ptr storage) {
    boost::system::error_code failure;
    boost::json::parse_options options;
    options.max_depth = 64;  // the Hub nests model cards and configurations less than 20 deep
    // Scratch of the parser, which else would ask the heap for it again and again while it grows.
    unsigned char scratch[8192];
    boost::json::parser parser(boost::json::storage_ptr(), options, scratch, sizeof scratch);
    parser.reset(std::move(storage));
    const std::size_t used = parser.write(text.data(), text.size(), failure);
    if (!failure && used < text.size()) failure = boost::json::error::extra_data;
    if (failure) throw_invalid(failure.message(), failure);
    value out = parser.release();
    settle_numbers(out);
    return out;
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

}  // namespace detail
}  // namespace hf::json
