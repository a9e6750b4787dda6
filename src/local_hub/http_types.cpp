#include "http_types.hpp"

#include <hf/core/url.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace hf::local_hub {
namespace {

bool same_name(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) {
        const auto low = [](unsigned char c) { return c >= 'A' && c <= 'Z' ? c + 32 : int{c}; };
        return low(x) == low(y);
    });
}

std::string decode_form(std::string_view text) {
    std::string spaced(text);
    std::ranges::replace(spaced, '+', ' ');
    return unquote(spaced);
}

// A header value must not carry line breaks of a message that quotes the request.
std::string header_safe(std::string_view text) {
    std::string out(text.substr(0, 500));
    for (char& c : out)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    return out;
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
        if (same_name(key, name)) return value;
    return std::nullopt;
}

std::string_view Request::field(std::string_view name) const { return find(name).value_or(std::string_view()); }

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

std::string json_quoted(std::string_view text) { return json::serialize(json::string_view(text.data(), text.size())); }

Response text_response(std::string text, unsigned status) {
    Response out(status);
    out.body = std::move(text);
    out.set("Content-Type", "text/plain; charset=utf-8");
    return out;
}

HttpError&& HttpError::with(std::string name, std::string value) && {
    fields.emplace_back(std::move(name), std::move(value));
    return std::move(*this);
}

HttpError unauthorized() {
    return HttpError(401, "Invalid username or password.")
        .with("WWW-Authenticate", "Bearer realm=\"Authentication required\", charset=\"UTF-8\"");
}

HttpError repo_not_found() { return {404, "Repository not found", "RepoNotFound"}; }

HttpError revision_not_found(std::string_view revision) {
    return {404, "Invalid rev id: " + std::string(revision), "RevisionNotFound"};
}

HttpError entry_not_found(std::string_view path, std::string_view commit) {
    std::string message = "Entry not found";
    if (!path.empty()) message = std::string(path) + " does not exist on \"" + std::string(commit) + "\"";
    return HttpError(404, std::move(message), "EntryNotFound").with("X-Repo-Commit", std::string(commit));
}

HttpError bad_request(std::string message) { return {400, std::move(message)}; }
HttpError forbidden(std::string message) { return {403, std::move(message)}; }
HttpError not_found(std::string message) { return {404, std::move(message)}; }
HttpError conflict(std::string message) { return {409, std::move(message)}; }

Response error_response(const HttpError& error, bool as_json) {
    Response out(error.status);
    if (error.status < 400) {
        // A redirect to the new name of a repository.
        out = text_response(error.what(), error.status);
        for (const auto& field : error.fields) out.fields.push_back(field);
        return out;
    }
    if (as_json) {
        json::object body = error.extra;
        body.insert_or_assign("error", error.what());
        out = json_response(body, error.status);
    } else {
        out = text_response(error.what(), error.status);
    }
    if (!error.code.empty()) out.set("X-Error-Code", error.code);
    out.set("X-Error-Message", header_safe(error.what()));
    for (const auto& field : error.fields) out.fields.push_back(field);
    return out;
}

json::value parse_json(std::string_view text) {
    boost::system::error_code failed;
    json::value out = json::parse({text.data(), text.size()}, failed);
    if (failed) throw bad_request("Invalid JSON: " + failed.message());
    return out;
}

const json::object& as_object(const json::value& value, std::string_view what) {
    if (const auto* object = value.if_object()) return *object;
    throw bad_request("\"" + std::string(what) + "\" must be an object");
}

std::optional<std::string_view> string_member(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains({name.data(), name.size()});
    if (!value || value->is_null()) return std::nullopt;
    const auto* text = value->if_string();
    if (!text) throw bad_request("\"" + std::string(name) + "\" must be a string");
    return std::string_view(text->data(), text->size());
}

std::string_view required_string(const json::object& object, std::string_view name) {
    if (const auto text = string_member(object, name)) return *text;
    throw bad_request("\"" + std::string(name) + "\" is required");
}

std::optional<bool> bool_member(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains({name.data(), name.size()});
    if (!value || value->is_null()) return std::nullopt;
    if (!value->is_bool()) throw bad_request("\"" + std::string(name) + "\" must be a boolean");
    return value->get_bool();
}

std::optional<std::uint64_t> size_member(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains({name.data(), name.size()});
    if (!value || value->is_null()) return std::nullopt;
    boost::system::error_code failed;
    const auto number = value->to_number<std::uint64_t>(failed);
    if (failed) throw bad_request("\"" + std::string(name) + "\" must be a whole number");
    return number;
}

}  // namespace hf::local_hub
