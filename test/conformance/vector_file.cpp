#include "vector_file.hpp"
#include "core/base64.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>

namespace hf::conformance {
namespace {

json::value read_json(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    if (!in) throw std::runtime_error("cannot read " + file.string());
    json::parse_options options;
    options.max_depth = 256;
    return json::parse(text.str(), {}, options);
}

std::string repeated(const json::value& notation) {
    const std::string text(notation.at("text").as_string());
    std::string out;
    for (auto count = notation.at("count").to_number<std::size_t>(); count > 0; --count) out += text;
    return out;
}

bool flag(const json::object& object, std::string_view name) {
    const json::value* value = member(object, name);
    return value && value->is_bool() && value->get_bool();
}

/// The ids of the cases that demand what the Hub's client of today does otherwise.
std::set<std::string> read_retired(const std::filesystem::path& file) {
    std::set<std::string> out;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
        std::istringstream words(line);
        std::string id, reason;
        if (!(words >> id) || id.starts_with('#')) continue;
        if (!(words >> reason)) throw std::runtime_error(file.string() + " gives no reason for " + id);
        if (!out.insert(id).second) throw std::runtime_error(file.string() + " names " + id + " twice");
    }
    return out;
}

}  // namespace

bool VectorCase::pure() const {
    const json::value* kind = member(data, "kind");
    return kind && *kind == "pure";
}

bool VectorCase::may_differ() const { return flag(data, "may_differ"); }

Vectors load_vectors(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() == ".json") files.push_back(entry.path());
    }
    std::ranges::sort(files);
    std::set<std::string> retired = read_retired(folder / "retired.txt");
    const bool reference_routes = !std::filesystem::exists(folder / "unchanged.txt");
    Vectors out;
    for (const auto& file : files) {
        const json::value content = read_json(file);
        if (!content.is_array()) throw std::runtime_error(file.string() + " is not a list of cases");
        for (const json::value& data : content.get_array()) {
            if (!data.is_object()) throw std::runtime_error(file.string() + " holds a case that is no object");
            VectorCase read{text_member(data.get_object(), "id"), file.stem().string(), data.get_object(),
                            reference_routes};
            if (retired.erase(read.id) > 0)
                ++out.retired;
            else
                out.cases.push_back(std::move(read));
        }
    }
    if (!retired.empty()) throw std::runtime_error("retired.txt names " + *retired.begin() + ", which is no case");
    return out;
}

std::string substitute(std::string_view text, const Placeholders& placeholders) {
    std::string out;
    while (!text.empty()) {
        const auto open = text.find('{');
        out += text.substr(0, open);
        if (open == text.npos) break;
        text.remove_prefix(open);
        const auto close = text.find('}');
        const auto known = close == text.npos ? placeholders.end() : placeholders.find(text.substr(1, close - 1));
        if (known != placeholders.end()) {
            out += known->second;
            text.remove_prefix(close + 1);
        } else {
            out += '{';
            text.remove_prefix(1);
        }
    }
    return out;
}

json::value substitute(const json::value& data, const Placeholders& placeholders) {
    switch (data.kind()) {
        case json::kind::string: return json::value(substitute(std::string_view(data.get_string()), placeholders));
        case json::kind::array: {
            json::array out;
            out.reserve(data.get_array().size());
            for (const auto& item : data.get_array()) out.push_back(substitute(item, placeholders));
            return out;
        }
        case json::kind::object: {
            json::object out;
            for (const auto& [name, value] : data.get_object()) out.emplace(name, substitute(value, placeholders));
            return out;
        }
        default: return data;
    }
}

const json::value* member(const json::object& object, std::string_view name) {
    const auto it = object.find(name);
    return it == object.end() ? nullptr : &it->value();
}

std::string text_member(const json::object& object, std::string_view name) {
    const json::value* value = member(object, name);
    if (!value || !value->is_string()) throw std::runtime_error("a case lacks the text '" + std::string(name) + "'");
    return std::string(value->get_string());
}

std::string decode_content(const json::value& notation) {
    if (notation.is_string()) return std::string(notation.get_string());
    const json::object* object = notation.if_object();
    for (const auto* name : {"$bytes_text", "$fileobj_text", "text"}) {
        if (const json::value* text = object ? member(*object, name) : nullptr) return std::string(text->as_string());
    }
    for (const auto* name : {"$bytes_repeat", "repeat"}) {
        if (const json::value* value = object ? member(*object, name) : nullptr) return repeated(*value);
    }
    for (const auto* name : {"$bytes_b64", "b64"}) {
        const json::value* text = object ? member(*object, name) : nullptr;
        if (!text) continue;
        if (auto bytes = base64_decode(std::string_view(text->as_string()))) return *bytes;
    }
    throw std::runtime_error("unknown notation of content: " + json::serialize(notation));
}

}  // namespace hf::conformance
