#include "core/text.hpp"
#include "local_hub/card/card.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <charconv>

namespace hf::local_hub {
namespace {

namespace json = boost::json;

struct Unsupported {};

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
    return text;
}

json::value plain_scalar(std::string_view text) {
    if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return nullptr;
    if (text == "true" || text == "True" || text == "TRUE") return true;
    if (text == "false" || text == "False" || text == "FALSE") return false;
    const char* end = text.data() + text.size();
    std::int64_t whole = 0;
    const char* digits = text.data() + (text[0] == '+');
    if (const auto [at, error] = std::from_chars(digits, end, whole); error == std::errc() && at == end) return whole;
    double number = 0;
    const bool looks_numeric =
        text.find_first_not_of("0123456789+-.eE") == text.npos && text.find_first_of("0123456789") != text.npos;
    if (looks_numeric)
        if (const auto [at, error] = std::from_chars(digits, end, number); error == std::errc() && at == end)
            return number;
    return json::value(json::string(text));
}

// Where a comment starts in unquoted text.
std::string_view without_comment(std::string_view text) {
    char quote = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quote) {
            if (c == '\\' && quote == '"')
                ++i;
            else if (c == quote)
                quote = 0;
        } else if ((c == '"' || c == '\'') &&
                   (i == 0 || std::string_view(" [{,:").find(text[i - 1]) != std::string_view::npos)) {
            quote = c;
        } else if (c == '#' && (i == 0 || text[i - 1] == ' ' || text[i - 1] == '\t')) {
            return text.substr(0, i);
        }
    }
    return text;
}

void append_utf8(std::string& out, unsigned code) {
    if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out += static_cast<char>(0xc0 | (code >> 6));
        out += static_cast<char>(0x80 | (code & 63));
    } else if (code < 0x10000) {
        out += static_cast<char>(0xe0 | (code >> 12));
        out += static_cast<char>(0x80 | ((code >> 6) & 63));
        out += static_cast<char>(0x80 | (code & 63));
    } else {
        out += static_cast<char>(0xf0 | (code >> 18));
        out += static_cast<char>(0x80 | ((code >> 12) & 63));
        out += static_cast<char>(0x80 | ((code >> 6) & 63));
        out += static_cast<char>(0x80 | (code & 63));
    }
}

// Flow style: [a, b], {a: b}, quoted and plain scalars.
class Flow {
public:
    explicit Flow(std::string_view text) : text_(text) {}

    json::value all() {
        auto out = value(0);
        space();
        if (at_ != text_.size()) throw Unsupported();
        return out;
    }

    std::string quoted() {
        const char quote = text_[at_++];
        std::string out;
        for (;;) {
            if (at_ >= text_.size()) throw Unsupported();
            const char c = text_[at_++];
            if (c == quote) {
                if (quote == '\'' && at_ < text_.size() && text_[at_] == '\'') {
                    out += text_[at_++];
                    continue;
                }
                return out;
            }
            if (c == '\\' && quote == '"')
                escape(out);
            else if (c == '\n')
                fold(out);
            else
                out += c;
        }
    }
    std::size_t position() const { return at_; }

private:
    void space() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t')) ++at_;
    }

    void fold(std::string& out) {
        while (!out.empty() && out.back() == ' ') out.pop_back();
        out += ' ';
        space();
    }

    void escape(std::string& out) {
        if (at_ >= text_.size()) throw Unsupported();
        const char c = text_[at_++];
        switch (c) {
            case 'n': out += '\n'; return;
            case 't': out += '\t'; return;
            case 'r': out += '\r'; return;
            case '0': out += '\0'; return;
            case '"':
            case '\\':
            case '/':
            case ' ': out += c; return;
            case '\n': space(); return;
            case 'x':
            case 'u':
            case 'U': break;
            default: throw Unsupported();
        }
        const std::size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : 8;
        if (at_ + digits > text_.size()) throw Unsupported();
        unsigned code = 0;
        const char* end = text_.data() + at_ + digits;
        if (std::from_chars(text_.data() + at_, end, code, 16).ptr != end) throw Unsupported();
        at_ += digits;
        append_utf8(out, code);
    }

    json::value value(int depth) {
        if (depth > 50) throw Unsupported();
        space();
        if (at_ >= text_.size()) throw Unsupported();
        const char c = text_[at_];
        if (c == '"' || c == '\'') return json::value(json::string(quoted()));
        if (c == '[') return list(depth);
        if (c == '{') return map(depth);
        const auto end = text_.find_first_of(",]}\n", at_);
        auto stop = end == text_.npos ? text_.size() : end;
        if (const auto colon = text_.find(": ", at_); in_map_ && colon < stop) stop = colon;
        const auto scalar = trimmed(text_.substr(at_, stop - at_));
        at_ = stop;
        return plain_scalar(scalar);
    }

    json::value list(int depth) {
        json::array out;
        const bool outer = std::exchange(in_map_, false);
        for (++at_;;) {
            space();
            if (at_ < text_.size() && text_[at_] == ']') break;
            out.push_back(value(depth + 1));
            space();
            if (at_ < text_.size() && text_[at_] == ',')
                ++at_;
            else if (at_ >= text_.size() || text_[at_] != ']')
                throw Unsupported();
        }
        ++at_;
        in_map_ = outer;
        return out;
    }

    json::value map(int depth) {
        json::object out;
        const bool outer = std::exchange(in_map_, true);
        for (++at_;;) {
            space();
            if (at_ < text_.size() && text_[at_] == '}') break;
            const auto key = value(depth + 1);
            space();
            if (at_ >= text_.size() || text_[at_] != ':') throw Unsupported();
            ++at_;
            in_map_ = false;
            json::value member = value(depth + 1);
            in_map_ = true;
            out.insert_or_assign(key.is_string() ? std::string(key.get_string()) : json::serialize(key),
                                 std::move(member));
            space();
            if (at_ < text_.size() && text_[at_] == ',')
                ++at_;
            else if (at_ >= text_.size() || text_[at_] != '}')
                throw Unsupported();
        }
        ++at_;
        in_map_ = outer;
        return out;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    bool in_map_ = false;
};

class Block {
public:
    explicit Block(std::string_view text) {
        for (auto line : split(text, '\n')) {
            if (line.ends_with('\r')) line.remove_suffix(1);
            const auto indent = line.find_first_not_of(' ');
            lines_.push_back({line, indent == line.npos ? line.size() : indent});
        }
    }

    json::value all() {
        skip();
        if (at_ == lines_.size()) return nullptr;
        auto out = node(lines_[at_].indent, 0);
        skip();
        if (at_ != lines_.size()) throw Unsupported();
        return out;
    }

private:
    struct Line {
        std::string_view text;
        std::size_t indent;
        bool blank() const { return trimmed(text).empty() || trimmed(text)[0] == '#'; }
        std::string_view content() const { return text.substr(indent); }
    };

    void skip() {
        while (at_ < lines_.size() && lines_[at_].blank()) ++at_;
    }

    static bool is_item(std::string_view content) { return content == "-" || content.starts_with("- "); }

    // Splits "key: value"; false if the line is no map entry.
    static bool split_key(std::string_view content, std::string& key, std::string_view& value) {
        std::size_t colon = 0;
        if (content[0] == '"' || content[0] == '\'') {
            Flow flow(content);
            key = flow.quoted();
            colon = flow.position();
            if (colon >= content.size() || content[colon] != ':') return false;
        } else {
            for (colon = content.find(':'); colon != content.npos; colon = content.find(':', colon + 1))
                if (colon + 1 == content.size() || content[colon + 1] == ' ') break;
            if (colon == content.npos) return false;
            key = trimmed(content.substr(0, colon));
        }
        value = trimmed(content.substr(colon + 1));
        return true;
    }

    json::value node(std::size_t indent, int depth) {
        if (depth > 50) throw Unsupported();
        const auto content = lines_[at_].content();
        if (is_item(content)) return list(indent, depth);
        std::string key;
        std::string_view value;
        if (split_key(content, key, value)) return map(indent, depth);
        ++at_;
        return scalar(content, indent == 0 ? 0 : indent - 1);
    }

    json::value list(std::size_t indent, int depth) {
        json::array out;
        for (skip(); at_ < lines_.size() && lines_[at_].indent == indent && is_item(lines_[at_].content()); skip()) {
            auto& line = lines_[at_];
            const auto rest = trimmed(without_comment(line.content().substr(1)));
            if (rest.empty()) {
                ++at_;
                out.push_back(below(indent, depth));
                continue;
            }
            std::string key;
            std::string_view value;
            const bool nested = is_item(rest) || (rest[0] != '[' && rest[0] != '{' && split_key(rest, key, value));
            if (nested) {
                // The rest of the line is the first line of a block of its own.
                line.indent = static_cast<std::size_t>(rest.data() - line.text.data());
                out.push_back(node(line.indent, depth + 1));
            } else {
                ++at_;
                out.push_back(scalar(line.content().substr(1), indent));
            }
        }
        if (at_ < lines_.size() && lines_[at_].indent > indent) throw Unsupported();
        return out;
    }

    json::value map(std::size_t indent, int depth) {
        json::object out;
        for (skip(); at_ < lines_.size() && lines_[at_].indent == indent; skip()) {
            std::string key;
            std::string_view value;
            if (is_item(lines_[at_].content()) || !split_key(lines_[at_].content(), key, value)) break;
            ++at_;
            const auto bare = trimmed(without_comment(value));
            if (!bare.empty()) {
                out.insert_or_assign(key, scalar(value, indent));
                continue;
            }
            skip();
            // A list may stand at the indentation of its key.
            if (at_ < lines_.size() && lines_[at_].indent == indent && is_item(lines_[at_].content()))
                out.insert_or_assign(key, list(indent, depth + 1));
            else
                out.insert_or_assign(key, below(indent, depth));
        }
        if (at_ < lines_.size() && lines_[at_].indent > indent) throw Unsupported();
        return out;
    }

    json::value below(std::size_t indent, int depth) {
        skip();
        if (at_ == lines_.size() || lines_[at_].indent <= indent) return nullptr;
        return node(lines_[at_].indent, depth + 1);
    }

    // `text` starts on the line before at_; lines that are indented deeper than `indent` may belong to it.
    json::value scalar(std::string_view text, std::size_t indent) {
        text = trimmed(text);
        const char first = text.empty() ? ' ' : text[0];
        if (first == '&' || first == '*' || first == '!' || first == '@' || first == '`' || first == '%')
            throw Unsupported();
        if (first == '|' || first == '>') return block_scalar(text, indent);
        std::string joined(without_comment(text));
        if (first == '[' || first == '{' || first == '"' || first == '\'') {
            for (;;) {
                try {
                    return Flow(trimmed(joined)).all();
                } catch (const Unsupported&) {
                    if (at_ == lines_.size() || (!lines_[at_].blank() && lines_[at_].indent <= indent &&
                                                 trimmed(lines_[at_].text).find_first_of("]}") != 0))
                        throw;
                    joined += '\n';
                    joined += without_comment(lines_[at_++].text);
                }
            }
        }
        std::string folded(trimmed(joined));
        while (at_ < lines_.size() && lines_[at_].indent > indent && !lines_[at_].blank())
            folded.append(" ").append(trimmed(without_comment(lines_[at_++].text)));
        return plain_scalar(folded);
    }

    json::value block_scalar(std::string_view header, std::size_t indent) {
        const bool folded = header[0] == '>';
        const bool keep = header.find('+') != header.npos, strip = header.find('-') != header.npos;
        std::size_t inner = 0;
        std::string out;
        bool broken = false;
        for (; at_ < lines_.size(); ++at_) {
            const auto& line = lines_[at_];
            const bool empty = line.indent == line.text.size();
            if (!empty && line.indent <= indent) break;
            if (!inner && !empty) inner = line.indent;
            const auto content = empty ? std::string_view() : line.text.substr(std::min(inner, line.text.size()));
            if (folded && !out.empty() && out.back() == '\n' && !content.empty() && !broken) out.back() = ' ';
            broken = content.empty();
            out.append(content).append("\n");
        }
        if (!keep) {
            while (out.ends_with('\n')) out.pop_back();
            if (!strip && !out.empty()) out += '\n';
        }
        return json::value(json::string(out));
    }

    std::vector<Line> lines_;
    std::size_t at_ = 0;
};

}  // namespace

std::optional<json::value> parse_yaml(std::string_view text) {
    try {
        return Block(text).all();
    } catch (const Unsupported&) {
        return std::nullopt;
    }
}

}  // namespace hf::local_hub
