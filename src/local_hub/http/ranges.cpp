#include "local_hub/http/ranges.hpp"

#include "core/text.hpp"

#include <hf/core/url.hpp>

namespace hf::local_hub {
namespace {

struct Part {
    std::uint64_t first = 0, length = 0;
};
enum class Answer { whole, part, unsatisfiable };

// RFC 9110 section 14: one range; several, or another unit, are ignored as servers may.
Answer read_range(std::string_view field, std::uint64_t size, Part& out) {
    if (!field.starts_with("bytes=") || field.find(',') != field.npos) return Answer::whole;
    field.remove_prefix(6);
    const auto dash = field.find('-');
    if (dash == field.npos) return Answer::whole;
    const auto first = field.substr(0, dash), last = field.substr(dash + 1);
    if (first.empty()) {
        const auto suffix = to_number<std::uint64_t>(last);
        if (!suffix) return Answer::whole;
        if (*suffix == 0 || size == 0) return Answer::unsatisfiable;
        out.length = std::min(*suffix, size);
        out.first = size - out.length;
        return Answer::part;
    }
    const auto from = to_number<std::uint64_t>(first);
    if (!from) return Answer::whole;
    std::uint64_t to = size ? size - 1 : 0;
    if (!last.empty()) {
        const auto given = to_number<std::uint64_t>(last);
        if (!given || *given < *from) return Answer::whole;
        to = std::min(to, *given);
    }
    if (*from >= size) return Answer::unsatisfiable;
    out.first = *from;
    out.length = to - *from + 1;
    return Answer::part;
}

std::string_view etag_of(const Response& response) {
    for (const auto& [name, value] : response.fields)
        if (name == "ETag") return value;
    return {};
}

bool not_modified(const Request& request, Response& response) {
    const auto etag = etag_of(response);
    const auto if_none_match = request.field("If-None-Match");
    if (etag.empty() || (if_none_match != etag && if_none_match != "*")) return false;
    response.status = 304;
    return true;
}

// Status and fields; the part to send, or nullopt for none.
std::optional<Part> decide(const Request& request, Response& response, std::uint64_t size) {
    if (not_modified(request, response)) return std::nullopt;
    response.set("Accept-Ranges", "bytes");
    auto range = request.field("Range");
    const auto if_range = request.find("If-Range");
    if (if_range && *if_range != etag_of(response)) range = {};
    Part part{0, size};
    switch (range.empty() ? Answer::whole : read_range(range, size, part)) {
        case Answer::whole: return Part{0, size};
        case Answer::unsatisfiable:
            response.status = 416;
            response.set("Content-Range", "bytes */" + std::to_string(size));
            return std::nullopt;
        case Answer::part: break;
    }
    response.status = 206;
    response.set("Content-Range", "bytes " + std::to_string(part.first) + "-" +
                                      std::to_string(part.first + part.length - 1) + "/" + std::to_string(size));
    return part;
}

}  // namespace

void serve_head(const Request& request, Response& response, std::uint64_t size) {
    if (not_modified(request, response)) return;
    response.set("Accept-Ranges", "bytes");
    response.head_length = size;
}

void serve_ranges(const Request& request, Response& response, std::shared_ptr<const File> file) {
    if (const auto part = decide(request, response, file->size()))
        response.file.emplace(std::move(file), part->first, part->length);
}

void serve_ranges(const Request& request, Response& response, std::shared_ptr<const std::string> content) {
    const auto part = decide(request, response, content->size());
    if (!part) return;
    if (part->length == content->size())
        response.shared_body = std::move(content);
    else
        response.body = content->substr(part->first, part->length);
}

std::string content_disposition(std::string_view kind, std::string_view file_name) {
    std::string plain;
    for (const unsigned char c : file_name)
        plain += c < 0x20 || c >= 0x7f || c == '"' || c == '\\' ? '_' : static_cast<char>(c);
    return std::string(kind) + "; filename*=UTF-8''" + quote(file_name, "") + "; filename=\"" + plain + "\";";
}

}  // namespace hf::local_hub
