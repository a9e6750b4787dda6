#include "recording.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace hf::recordings {
namespace {

const json::value* member(const json::value& in, std::string_view name) {
    const json::object* object = in.if_object();
    return object ? object->if_contains(name) : nullptr;
}

std::string text_of(const json::value* data) {
    if (!data || data->is_null()) return {};
    return data->is_string() ? std::string(data->get_string()) : json::serialize(*data);
}

net::Method method_of(std::string name) {
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::toupper(c); });
    for (const auto method :
         {net::Method::head, net::Method::post, net::Method::put, net::Method::patch, net::Method::delete_}) {
        if (name == net::to_string(method)) return method;
    }
    return net::Method::get;
}

/// Some recorders keep a repeated field as a list.
void add_field(Recording& out, std::string_view name, const json::value& data) {
    if (const json::array* values = data.if_array()) {
        for (const auto& value : *values) add_field(out, name, value);
    } else if (!data.is_null()) {
        out.fields.emplace_back(std::string(name), text_of(&data));
    }
}

json::value parse_file(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    json::parse_options options;
    options.max_depth = 256;
    return json::parse(text, {}, options);
}

bool same_letters(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b,
                              [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

}  // namespace

std::optional<std::string_view> Recording::field(std::string_view wanted) const {
    for (const auto& [field_name, value] : fields) {
        if (same_letters(field_name, wanted)) return value;
    }
    return std::nullopt;
}

std::string Recording::path() const {
    const auto scheme = url.find("://");
    const auto slash = url.find('/', scheme == url.npos ? 0 : scheme + 3);
    if (slash == url.npos) return "/";
    return url.substr(slash, url.find('?', slash) - slash);
}

Recording load_recording(const std::filesystem::path& file) {
    const json::value data = parse_file(file);
    const json::value* response = member(data, "response");
    if (!response || !response->is_object()) throw std::runtime_error("it holds no answer");
    Recording out;
    out.name = file.stem().string();
    if (const json::value* request = member(data, "request"); request && request->is_object()) {
        out.method = method_of(text_of(member(*request, "method")));
        std::string url = text_of(member(*request, "url"));
        if (url.starts_with('/')) url = "https://huggingface.co" + url;
        if (url.starts_with("http://") || url.starts_with("https://")) {
            out.url = url;
            out.has_request = true;
        }
    }
    if (const json::value* status = member(*response, "status"); status && status->is_number())
        out.status = status->to_number<unsigned>();
    if (const json::value* headers = member(*response, "headers"); headers && headers->is_object()) {
        for (const auto& [name, value] : headers->get_object()) add_field(out, name, value);
    }
    if (const json::value* body = member(*response, "body_json")) {
        out.body_json = *body;
        out.body = json::serialize(*body);
    } else {
        out.body = text_of(member(*response, "body_text"));
    }
    return out;
}

std::vector<std::filesystem::path> recording_files(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> out;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() == ".json" && entry.path().stem() != "openapi") out.push_back(entry.path());
    }
    std::ranges::sort(out);
    return out;
}

}  // namespace hf::recordings
