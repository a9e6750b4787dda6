#include "crawl_output.hpp"

#include <hf/core/error.hpp>
#include <hf/core/json.hpp>
#include <hf/core/url.hpp>

#include <charconv>

namespace tool {
namespace {

/// "<URL of a page> <number of its elements that were given>"
bool is_cursor_of(std::string_view cursor, std::string_view path) {
    const auto space = cursor.find(' ');
    if (space == cursor.npos) return false;
    const std::string_view digits = cursor.substr(space + 1);
    std::uint64_t index = 0;
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
    if (failure != std::errc() || end != digits.data() + digits.size()) return false;
    const std::string there(hf::Url::parse(cursor.substr(0, space)).path());
    // Behind a prefix, if the endpoint has one. Nothing that means another path when it is resolved or decoded.
    return there.ends_with(path) && there.find("..") == there.npos && there.find_first_of("%\\") == there.npos;
}

}  // namespace

std::string CrawlState::to_text() const {
    const hf::json::object state{
        {"crawl", crawl}, {"cursor", cursor}, {"complete", complete}, {"lines", lines}, {"bytes", bytes}};
    return hf::json::serialize(state) + "\n";
}

std::optional<CrawlState> CrawlState::parse(std::string_view text, std::string_view path) {
    CrawlState out;
    try {
        const auto state = hf::json::parse(text);
        out.crawl = state.at("crawl").as_string();
        out.cursor = state.at("cursor").as_string();
        out.complete = state.at("complete").as_bool();
        out.lines = state.at("lines").to_number<std::uint64_t>();
        out.bytes = state.at("bytes").to_number<std::uint64_t>();
        if (!out.cursor.empty() && !is_cursor_of(out.cursor, path)) return std::nullopt;
    } catch (const std::exception&) {
        return std::nullopt;
    }
    return out;
}

}  // namespace tool
