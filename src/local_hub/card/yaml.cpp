#include "local_hub/card/yaml.hpp"

#include "core/text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

#include <yaml.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <map>
#include <new>
#include <optional>
#include <utility>

namespace hf::local_hub {
namespace {

namespace json = boost::json;

bool all_of(std::string_view text, std::string_view allowed) {
    return !text.empty() && text.find_first_not_of(allowed) == text.npos;
}

constexpr std::string_view decimal = "0123456789";

std::optional<std::int64_t> whole_number(std::string_view text) {
    const auto signless = text.substr(text.starts_with('-') || text.starts_with('+'));
    if (all_of(signless, decimal)) return to_number<std::int64_t>(text.starts_with('+') ? signless : text);
    if (text.starts_with("0o") && all_of(text.substr(2), "01234567")) return to_number<std::int64_t>(text.substr(2), 8);
    if (text.starts_with("0x") && text.size() > 2 && is_hex(text.substr(2)))
        return to_number<std::int64_t>(text.substr(2), 16);
    return std::nullopt;
}

// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
std::optional<double> real_number(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    const auto mantissa = text.substr(0, text.find_first_of("eE"));
    const auto point = mantissa.find('.');
    const auto before = mantissa.substr(0, point);
    const auto after = point == mantissa.npos ? std::string_view() : mantissa.substr(point + 1);
    if (before.empty() && after.empty()) return std::nullopt;
    if (!before.empty() && !all_of(before, decimal)) return std::nullopt;
    if (!after.empty() && !all_of(after, decimal)) return std::nullopt;
    double out = 0;
    const char* end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, out);
    if (error != std::errc() || at != end) return std::nullopt;
    return negative ? -out : out;
}

json::value plain_scalar(std::string_view text) {
    if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return nullptr;
    if (text == "true" || text == "True" || text == "TRUE") return true;
    if (text == "false" || text == "False" || text == "FALSE") return false;
    if (const auto number = whole_number(text)) return *number;
    if (const auto number = real_number(text)) return *number;
    return json::value(json::string(text));
}

class Event {
public:
    explicit Event(yaml_parser_t& parser) : read_(yaml_parser_parse(&parser, &raw_) != 0) {}
    ~Event() {
        if (read_) yaml_event_delete(&raw_);
    }
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;

    bool read() const { return read_; }
    yaml_event_type_t type() const { return raw_.type; }
    const yaml_mark_t& mark() const { return raw_.start_mark; }
    const yaml_event_t& raw() const { return raw_; }

private:
    yaml_event_t raw_{};
    bool read_;
};

std::string_view text_of(const yaml_char_t* text) {
    return text ? std::string_view(reinterpret_cast<const char*>(text)) : std::string_view();
}

class Reader {
public:
    Reader(std::string_view text, const YamlLimits& limits) : limits_(limits) {
        if (text.size() > limits.bytes) throw YamlError("longer than " + std::to_string(limits.bytes) + " bytes", 1, 1);
        if (!yaml_parser_initialize(&parser_)) throw std::bad_alloc();
        // Left to itself, the library would take UTF-16 as well.
        yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
        yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
    }
    ~Reader() { yaml_parser_delete(&parser_); }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    json::value document() {
        json::value out;
        expect(YAML_STREAM_START_EVENT);
        {
            const Event first(parser_);
            check(first);
            if (first.type() == YAML_STREAM_END_EVENT) return out;
        }
        {
            const Event root(parser_);
            check(root);
            out = node(root, 0).value;
        }
        expect(YAML_DOCUMENT_END_EVENT);
        expect(YAML_STREAM_END_EVENT);
        return out;
    }

private:
    struct Node {
        json::value value;
        std::size_t size = 0;    // as YamlLimits::expanded counts
        std::size_t height = 0;  // of collections
    };

    [[noreturn]] static void fail(const std::string& reason, const yaml_mark_t& at) {
        throw YamlError(reason, at.line + 1, at.column + 1);
    }

    void check(const Event& event) const {
        if (event.read()) return;
        if (parser_.error == YAML_MEMORY_ERROR) throw std::bad_alloc();
        // Only the scanner and the parser know the place; the reader stops before either has come so far.
        fail(parser_.problem ? parser_.problem : "malformed",
             parser_.error == YAML_READER_ERROR ? parser_.mark : parser_.problem_mark);
    }

    void expect(yaml_event_type_t type) {
        const Event event(parser_);
        check(event);
        if (event.type() != type) fail("more than one document", event.mark());
    }

    Node node(const Event& event, std::size_t depth) {
        switch (event.type()) {
            case YAML_ALIAS_EVENT: return alias(event, depth);
            case YAML_SCALAR_EVENT: return scalar(event);
            case YAML_SEQUENCE_START_EVENT: return sequence(event, depth + 1);
            default: return mapping(event, depth + 1);
        }
    }

    void spend(std::size_t size, const yaml_mark_t& at) {
        expanded_ += size;
        if (expanded_ > limits_.expanded) fail("too large", at);
    }

    void check_depth(std::size_t depth, const yaml_mark_t& at) const {
        if (depth > limits_.depth) fail("nested too deeply", at);
    }

    // An anchor names what is complete, so that nothing contains itself. The copy counts as well.
    void keep(const yaml_char_t* anchor, const Node& node, const yaml_mark_t& at) {
        if (!anchor) return;
        spend(node.size, at);
        anchors_.insert_or_assign(std::string(text_of(anchor)), node);
    }

    Node alias(const Event& event, std::size_t depth) {
        const auto found = anchors_.find(text_of(event.raw().data.alias.anchor));
        if (found == anchors_.end()) fail("unknown anchor", event.mark());
        check_depth(depth + found->second.height, event.mark());
        spend(found->second.size, event.mark());
        return found->second;
    }

    Node scalar(const Event& event) {
        const auto& raw = event.raw().data.scalar;
        const std::string_view text(reinterpret_cast<const char*>(raw.value), raw.length);
        if (raw.tag && text_of(raw.tag) != YAML_STR_TAG && text_of(raw.tag) != "!") refuse_tag(raw.tag, event);
        Node out;
        out.size = node_size + text.size();
        spend(out.size, event.mark());
        const bool plain = raw.style == YAML_PLAIN_SCALAR_STYLE && !raw.tag;
        out.value = plain ? plain_scalar(text) : json::value(json::string(text));
        keep(raw.anchor, out, event.mark());
        return out;
    }

    Node sequence(const Event& event, std::size_t depth) {
        const auto& raw = event.raw().data.sequence_start;
        if (raw.tag) refuse_tag(raw.tag, event);
        Node out = begin(event, depth);
        json::array items;
        for (;;) {
            const Event item(parser_);
            check(item);
            if (item.type() == YAML_SEQUENCE_END_EVENT) break;
            items.push_back(add(out, node(item, depth)));
        }
        out.value = std::move(items);
        keep(raw.anchor, out, event.mark());
        return out;
    }

    Node mapping(const Event& event, std::size_t depth) {
        const auto& raw = event.raw().data.mapping_start;
        if (raw.tag) refuse_tag(raw.tag, event);
        Node out = begin(event, depth);
        json::object members;
        for (;;) {
            const Event key(parser_);
            check(key);
            if (key.type() == YAML_MAPPING_END_EVENT) break;
            const std::string name = key_of(key, depth, out);
            const Event value(parser_);
            check(value);
            members.insert_or_assign(name, add(out, node(value, depth)));
        }
        out.value = std::move(members);
        keep(raw.anchor, out, event.mark());
        return out;
    }

    Node begin(const Event& event, std::size_t depth) {
        check_depth(depth, event.mark());
        spend(node_size, event.mark());
        Node out;
        out.size = node_size;
        out.height = 1;
        return out;
    }

    static json::value add(Node& parent, Node child) {
        parent.size += child.size;
        parent.height = std::max(parent.height, child.height + 1);
        return std::move(child.value);
    }

    // As written: the number 1 and the text "1" are one key in JSON.
    std::string key_of(const Event& event, std::size_t depth, Node& parent) {
        const json::value value = add(parent, node(event, depth));
        if (event.type() == YAML_SCALAR_EVENT) {
            const auto& raw = event.raw().data.scalar;
            return {reinterpret_cast<const char*>(raw.value), raw.length};
        }
        if (const auto* text = value.if_string()) return std::string(*text);
        fail("a key must be a text", event.mark());
    }

    [[noreturn]] static void refuse_tag(const yaml_char_t* tag, const Event& event) {
        fail("unknown tag " + std::string(text_of(tag).substr(0, 100)), event.mark());
    }

    static constexpr std::size_t node_size = 16;

    const YamlLimits& limits_;
    yaml_parser_t parser_{};
    std::size_t expanded_ = 0;
    std::map<std::string, Node, std::less<>> anchors_;
};

}  // namespace

json::value read_yaml(std::string_view text, const YamlLimits& limits) { return Reader(text, limits).document(); }

}  // namespace hf::local_hub
