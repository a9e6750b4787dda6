#include "core/link_header.hpp"

#include "core/text.hpp"

#include <algorithm>

namespace hf {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t'; }
bool is_quote(char c) { return c == '"' || c == '\''; }  // the reference's client takes both

// Takes the parameters of one link off the front of `rest`, up to the comma before the next link, and
// says whether they hold rel=next. Only the first rel counts.
bool take_parameters(std::string_view& rest) {
    bool seen_rel = false;
    bool is_next = false;
    while (!rest.empty() && rest.front() != ',') {
        if (rest.front() == ';' || is_space(rest.front())) {
            rest.remove_prefix(1);
            continue;
        }
        const auto name_end = std::min(rest.find_first_of("=;,"), rest.size());
        const auto name = trim(rest.substr(0, name_end));
        rest.remove_prefix(name_end);
        if (!rest.starts_with('=')) continue;
        rest.remove_prefix(1);
        while (!rest.empty() && is_space(rest.front())) rest.remove_prefix(1);
        std::string_view value;
        if (!rest.empty() && is_quote(rest.front())) {
            const char quote = rest.front();
            std::size_t end = 1;
            while (end < rest.size() && rest[end] != quote) end += rest[end] == '\\' ? 2 : 1;
            end = std::min(end, rest.size());
            value = rest.substr(1, end - 1);
            rest.remove_prefix(std::min(end + 1, rest.size()));
        } else {
            const auto end = std::min(rest.find_first_of(";,"), rest.size());
            value = trim(rest.substr(0, end));
            rest.remove_prefix(end);
        }
        if (seen_rel || !iequals(name, "rel")) continue;
        seen_rel = true;
        while (!value.empty()) {  // a list of relations
            const auto end = std::min(value.find_first_of(" \t"), value.size());
            if (iequals(value.substr(0, end), "next")) is_next = true;
            value.remove_prefix(std::min(end + 1, value.size()));
        }
    }
    return is_next;
}

}  // namespace

std::optional<std::string> next_link(std::string_view rest) {
    while (true) {
        const auto open = rest.find('<');
        if (open == rest.npos) return std::nullopt;
        rest.remove_prefix(open + 1);
        const auto close = rest.find('>');
        if (close == rest.npos) return std::nullopt;
        const auto target = trim(rest.substr(0, close));
        rest.remove_prefix(close + 1);
        if (take_parameters(rest) && !target.empty()) return std::string(target);
    }
}

}  // namespace hf
