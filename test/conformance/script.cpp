#include "script.hpp"
#include "core/base64.hpp"

#include <hf/core/url.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace hf::conformance {
namespace {

std::string text_or(const json::object& object, std::string_view name, std::string fallback) {
    const json::value* value = member(object, name);
    return value && value->is_string() ? std::string(value->get_string()) : fallback;
}

bool flag(const json::object& object, std::string_view name) {
    const json::value* value = member(object, name);
    return value && value->is_bool() && value->get_bool();
}

Difference compare_text(const std::string& expected, const std::string& actual, std::string_view what) {
    if (expected == actual) return {};
    return std::string(what) + ": expected " + excerpt(json::value(expected)) + ", got " + excerpt(json::value(actual));
}

Difference compare_headers(const json::object& expected, const test::ReceivedRequest& request) {
    for (const auto& [name, value] : expected) {
        const auto found = request.header(std::string_view(name));
        const json::value actual = found ? json::value(*found) : json::value();
        if (auto difference = compare_json(value, actual, "header " + std::string(name))) return difference;
    }
    return {};
}

json::value parse_lines(std::string_view text) {
    json::array out;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        if (!line.empty()) out.push_back(json::parse(line));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
    }
    return out;
}

Difference compare_body(const json::object& expected, const std::string& body) {
    try {
        if (const json::value* wanted = member(expected, "body_json"))
            return compare_json(*wanted, json::parse(body), "body");
        if (const json::value* wanted = member(expected, "body_ndjson"))
            return compare_json(*wanted, parse_lines(body), "body");
    } catch (const boost::system::system_error&) {
        return "body is not JSON: " + excerpt(json::value(body));
    }
    if (const json::value* wanted = member(expected, "body_form"))
        return compare_json(*wanted, decode_pairs(body), "body");
    if (const json::value* wanted = member(expected, "body_b64"))
        return compare_text(base64_decode(std::string_view(wanted->as_string())).value(), body, "body");
    return compare_text(text_or(expected, "body_text", ""), body, "body");
}

Difference compare_request(const json::object& expected, const std::string& host, const std::string& received_by,
                           const test::ReceivedRequest& actual) {
    if (auto difference = compare_text(text_member(expected, "method"), actual.method, "method")) return difference;
    if (auto difference = compare_text(host, received_by, "host")) return difference;
    const std::string path(actual.path());
    const std::string wanted = text_member(expected, "target_path");
    if (auto difference = compare_text(wanted, path, "path")) return difference;
    const json::value* query = member(expected, "query");
    const json::value pairs = decode_pairs(actual.query());
    if (auto difference = compare_json(query ? *query : json::value(json::array()), pairs, "query")) return difference;
    if (auto difference = compare_headers(expected.at("headers").as_object(), actual)) return difference;
    return compare_body(expected, actual.body);
}

std::string name_of(const json::object& request) {
    return text_member(request, "method") + " " + text_member(request, "target_path");
}

}  // namespace

Script::Script(const json::array& exchanges, std::string endpoint) : exchanges_json_(exchanges) {
    const auto slash = endpoint.find('/', endpoint.find("://") + 3);
    endpoint.resize(std::min(endpoint.size(), slash));
    for (const auto& item : exchanges_json_) {
        const json::object& exchange = item.as_object();
        Exchange entry{exchange.at("request").as_object(),
                       exchange.at("response").as_object(),
                       member(exchange, "unordered_group"),
                       "",
                       false,
                       "",
                       {}};
        entry.host = text_or(entry.request, "host", endpoint);
        exchanges_.push_back(std::move(entry));
    }
}

Script::Exchange* Script::find(std::string_view url, const test::ReceivedRequest& request) {
    const auto first = std::ranges::find(exchanges_, false, &Exchange::used);
    if (first == exchanges_.end()) return nullptr;
    if (!first->group) return &*first;
    for (auto it = first; it != exchanges_.end() && it->group && *it->group == *first->group; ++it) {
        if (!it->used && it->host == url && text_member(it->request, "method") == request.method &&
            text_member(it->request, "target_path") == request.path())
            return &*it;
    }
    return nullptr;
}

test::ScriptedAnswer Script::answer(std::string_view url, const test::ReceivedRequest& request) {
    if (Exchange* exchange = find(url, request)) {
        exchange->used = true;
        exchange->received_by = url;
        exchange->received = request;
        return make_answer(exchange->response);
    }
    surplus_.push_back(request.method + " " + std::string(url) + request.target);
    test::ScriptedAnswer answer;
    answer.status = 599;
    answer.headers.emplace_back("Content-Type", "text/plain");
    answer.body = "no answer is scripted for " + surplus_.back();
    return answer;
}

Difference Script::compare() const {
    for (std::size_t i = 0; i < exchanges_.size(); ++i) {
        const Exchange& exchange = exchanges_[i];
        const std::string prefix = "request " + std::to_string(i + 1) + " of " + std::to_string(exchanges_.size()) +
                                   " (" + name_of(exchange.request) + ")";
        if (!exchange.used && !surplus_.empty()) return prefix + " did not come, but " + surplus_.front();
        if (!exchange.used) return prefix + " did not come";
        if (auto difference = compare_request(exchange.request, exchange.host, exchange.received_by, exchange.received))
            return prefix + " " + *difference;
    }
    if (!surplus_.empty()) return "unexpected request " + surplus_.front();
    return {};
}

test::ScriptedAnswer make_answer(const json::object& response) {
    test::ScriptedAnswer answer;
    answer.status = response.at("status").to_number<unsigned>();
    bool typed = false;
    for (const auto& [name, value] : response.at("headers").as_object()) {
        std::string lower(name);
        std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
        typed = typed || lower == "content-type";
        answer.content_length = answer.content_length && lower != "content-length";
        answer.headers.emplace_back(std::string(name), std::string(value.as_string()));
    }
    if (const json::value* body = member(response, "body_json")) {
        answer.body = json::serialize(*body);
        if (!typed) answer.headers.emplace_back("Content-Type", "application/json");
    } else if (const json::value* bytes = member(response, "body_b64")) {
        answer.body = base64_decode(std::string_view(bytes->as_string())).value();
    } else {
        answer.body = text_or(response, "body_text", "");
    }
    answer.chunked = flag(response, "chunked");
    if (const json::value* size = member(response, "truncate_body_to")) {
        answer.body.resize(std::min(answer.body.size(), size->to_number<std::size_t>()));
        answer.close = true;
    }
    answer.drop = text_or(response, "connection", "") == "drop";
    if (const json::value* after = member(response, "stall_after")) {
        answer.stall_after = after->to_number<std::size_t>();
        answer.stall = std::chrono::milliseconds(static_cast<int>(response.at("stall_s").to_number<double>() * 1000));
    }
    return answer;
}

}  // namespace hf::conformance
