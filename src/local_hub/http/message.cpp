#include "local_hub/http/message.hpp"

#include "core/text.hpp"

#include <hf/core/url.hpp>

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace hf::local_hub {
namespace {

std::string decode_form(std::string_view text) {
    std::string spaced(text);
    std::ranges::replace(spaced, '+', ' ');
    return unquote(spaced);
}

}  // namespace

Query Query::parse(std::string_view text) {
    Query out;
    while (!text.empty()) {
        const auto end = text.find('&');
        const auto pair = text.substr(0, end);
        if (!pair.empty()) {
            const auto mark = pair.find('=');
            std::string name = decode_form(pair.substr(0, mark));
            if (name.ends_with("[]")) name.resize(name.size() - 2);
            out.values_.emplace_back(std::move(name), mark == pair.npos ? "" : decode_form(pair.substr(mark + 1)));
        }
        text = end == text.npos ? std::string_view() : text.substr(end + 1);
    }
    return out;
}

std::string quoted_parameter(std::string_view name, std::string_view value) {
    return quote_plus(name) + "=" + quote_plus(value);
}

std::optional<std::string_view> Query::find(std::string_view name) const {
    for (auto it = values_.rbegin(); it != values_.rend(); ++it)
        if (it->first == name) return it->second;
    return std::nullopt;
}

std::string_view Query::get(std::string_view name, std::string_view otherwise) const {
    return find(name).value_or(otherwise);
}

std::vector<std::string> Query::all(std::string_view name) const {
    std::vector<std::string> out;
    for (const auto& [key, value] : values_)
        if (key == name) out.push_back(value);
    return out;
}

bool Query::flag(std::string_view name) const {
    const auto value = get(name);
    return value == "true" || value == "True" || value == "1";
}

std::optional<std::string_view> Request::find(std::string_view name) const {
    for (const auto& [key, value] : fields)
        if (iequals(key, name)) return value;
    return std::nullopt;
}

std::string_view Request::field(std::string_view name) const { return find(name).value_or(std::string_view()); }

std::uint64_t Response::body_size() const {
    if (file) return file->length;
    if (parts.empty()) return text().size();
    std::uint64_t out = 0;
    for (const auto& part : parts) out += part.size();
    return out;
}

std::size_t Response::read_body(char* to, std::size_t size, std::uint64_t position) const {
    const auto from_text = [&](std::string_view source) { return source.copy(to, size, position); };
    const auto from_file = [&](const FileSlice& source) {
        const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(size, source.length - position));
        return source.file->read_at(to, n, source.offset + position);
    };
    if (file) return from_file(*file);
    for (const auto& part : parts) {
        if (position < part.text.size()) return from_text(part.text);
        if (position < part.size()) {
            position -= part.text.size();
            return from_file(*part.file);
        }
        position -= part.size();
    }
    return from_text(text());
}

Response& Response::set(std::string name, std::string value) {
    fields.emplace_back(std::move(name), std::move(value));
    return *this;
}

Response json_text(std::string text, unsigned status) {
    Response out(status);
    out.body = std::move(text);
    out.set("Content-Type", "application/json; charset=utf-8");
    return out;
}

Response json_response(const json::value& value, unsigned status) { return json_text(json::serialize(value), status); }

Response text_response(std::string text, unsigned status) {
    Response out(status);
    out.body = std::move(text);
    out.set("Content-Type", "text/plain; charset=utf-8");
    return out;
}

}  // namespace hf::local_hub
