#include "workflow/mirror_records.hpp"

#include <hf/core/url.hpp>

#include <charconv>

namespace hf {

namespace {

constexpr std::string_view magic = "hfhub-mirror 1\n";

std::string_view take_until(std::string_view& text, char separator) {
    const auto end = text.find(separator);
    const std::string_view piece = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    return piece;
}

template <class N>
bool read_number(std::string_view text, N& out) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::string MirrorRecords::to_text() const {
    std::string text(magic);
    for (const auto& [path, record] : files) {
        text += record.etag + " " + std::to_string(record.size) + " " + std::to_string(record.modified) + " " +
                quote(path, "/ ") + "\n";
    }
    return text;
}

MirrorRecords MirrorRecords::parse(std::string_view text) {
    MirrorRecords out;
    if (!text.starts_with(magic)) return out;
    text.remove_prefix(magic.size());
    while (!text.empty()) {
        std::string_view line = take_until(text, '\n');
        Record record;
        record.etag = take_until(line, ' ');
        if (!read_number(take_until(line, ' '), record.size) || !read_number(take_until(line, ' '), record.modified))
            break;
        out.files.insert_or_assign(unquote(line), std::move(record));
    }
    return out;
}

}  // namespace hf
