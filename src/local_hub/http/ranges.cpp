#include "local_hub/http/ranges.hpp"

#include "core/text.hpp"

#include <hf/core/url.hpp>

#include <limits>

namespace hf::local_hub {
namespace {

constexpr std::uint64_t open_end = std::numeric_limits<std::uint64_t>::max();

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

std::optional<std::vector<ByteRange>> byte_ranges(std::string_view field) {
    constexpr std::string_view unit = "bytes=";
    if (!field.starts_with(unit)) return std::nullopt;
    std::vector<ByteRange> out;
    for (const auto text : split(field.substr(unit.size()), ',')) {
        const auto dash = text.find('-');
        if (dash == text.npos) return std::nullopt;
        const auto first = to_number<std::uint64_t>(text.substr(0, dash));
        const auto last = text.substr(dash + 1);
        const auto end = last.empty() ? open_end - 1 : to_number<std::uint64_t>(last);
        if (!first || !end || *end < *first || *end == open_end) return std::nullopt;
        out.push_back({*first, *end + 1});
    }
    return out;
}

void serve_pieces(Response& response, const std::shared_ptr<const File>& file, const std::vector<ByteRange>& pieces) {
    constexpr std::string_view boundary = "xorb-range-8f2b61c4d97e";
    const std::uint64_t size = file->size();
    const auto content_range = [&](const ByteRange& piece) {
        return "bytes " + std::to_string(piece.begin) + "-" + std::to_string(piece.end - 1) + "/" +
               std::to_string(size);
    };
    response.status = 206;
    response.set("Accept-Ranges", "bytes");
    if (pieces.size() == 1) {
        response.set("Content-Type", "application/octet-stream");
        response.set("Content-Range", content_range(pieces.front()));
        response.file.emplace(file, pieces.front().begin, pieces.front().size());
        return;
    }
    response.set("Content-Type", "multipart/byteranges; boundary=" + std::string(boundary));
    const std::string delimiter = "--" + std::string(boundary);
    for (const auto& piece : pieces) {
        std::string head = response.parts.empty() ? delimiter : "\r\n" + delimiter;
        head += "\r\nContent-Type: application/octet-stream\r\nContent-Range: " + content_range(piece) + "\r\n\r\n";
        response.parts.push_back({std::move(head), FileSlice(file, piece.begin, piece.size())});
    }
    response.parts.push_back({"\r\n" + delimiter + "--\r\n", std::nullopt});
}

std::string content_disposition(std::string_view kind, std::string_view file_name) {
    std::string plain;
    for (const unsigned char c : file_name)
        plain += c < 0x20 || c >= 0x7f || c == '"' || c == '\\' ? '_' : static_cast<char>(c);
    return std::string(kind) + "; filename*=UTF-8''" + quote(file_name, "") + "; filename=\"" + plain + "\";";
}

}  // namespace hf::local_hub
