#include "workflow/mirror_records.hpp"

#include "core/kept_text.hpp"
#include "core/path_layout.hpp"
#include "core/safe_path.hpp"

#include <hf/core/url.hpp>

#include <optional>
#include <vector>

namespace hf {

namespace {

constexpr std::string_view magic = "hfhub-mirror 2 ";
constexpr std::string_view old_magic = "hfhub-mirror 1\n";

/// "<etag> <size> <modified> "; the path is left.
std::optional<MirrorRecords::Record> read_record(std::string_view& line) {
    const std::string_view etag = take_until(line, ' ');
    const auto size = read_number(take_until(line, ' '));
    const std::string_view time = take_until(line, ' ');
    const auto modified = read_number(time);
    if (!is_content_hash(etag) || !size || (!modified && time != "-")) return std::nullopt;
    MirrorRecords::Record record;
    record.etag = etag;
    record.size = *size;
    record.modified = modified ? static_cast<std::int64_t>(*modified) : MirrorRecords::unknown;
    return record;
}

bool has_clash(const MirrorRecords& records) {
    std::vector<std::string_view> paths;
    for (const auto& [path, record] : records.files) paths.push_back(path);
    return find_clash(paths).has_value();
}

/// The lines of either version; nullopt if any is wrong.
std::optional<MirrorRecords> read_lines(std::string_view text, bool old) {
    MirrorRecords out;
    if (!text.empty() && !text.ends_with('\n')) return std::nullopt;
    while (!text.empty()) {
        std::string_view line = take_until(text, '\n');
        auto record = read_record(line);
        auto path = old ? std::optional<std::string>(unquote(line)) : read_field(line);
        if (!record || !path || !is_safe_path(*path)) return std::nullopt;
        if (old) record->modified = MirrorRecords::unknown;
        if (!out.files.emplace(std::move(*path), std::move(*record)).second) return std::nullopt;
    }
    if (has_clash(out)) return std::nullopt;
    return out;
}

}  // namespace

std::string MirrorRecords::to_text() const {
    std::string text(magic);
    text += std::to_string(files.size()) + "\n";
    for (const auto& [path, record] : files) {
        text += write_field(record.etag) + " " + std::to_string(record.size) + " ";
        text += record.modified < 0 ? "-" : std::to_string(record.modified);
        text += " " + write_field(path) + "\n";
    }
    return text;
}

MirrorRecords MirrorRecords::parse(std::string_view text) {
    if (text.starts_with(old_magic)) return read_lines(text.substr(old_magic.size()), true).value_or(MirrorRecords());
    if (!text.starts_with(magic)) return {};
    text.remove_prefix(magic.size());
    const auto count = read_number(take_until(text, '\n'));
    auto out = read_lines(text, false);
    if (!out || !count || out->files.size() != *count) return {};
    return std::move(*out);
}

}  // namespace hf
