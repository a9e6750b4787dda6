#include "workflow/mirror_records.hpp"

#include "core/kept_text.hpp"
#include "core/safe_path.hpp"

#include <hf/core/url.hpp>

#include <utility>

namespace hf {

namespace {

constexpr std::string_view magic = "hfhub-mirror 2 ";
constexpr std::string_view old_magic = "hfhub-mirror 1";

constexpr std::size_t shortest_line = 40;  // a hash

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

}  // namespace

std::string MirrorRecords::head() const { return std::string(magic) + std::to_string(files.size()) + "\n"; }

void MirrorRecords::append_line(std::string& text, const std::string& path, const Record& record) {
    text += write_field(record.etag) + " " + std::to_string(record.size) + " ";
    text += record.modified < 0 ? "-" : std::to_string(record.modified);
    text += " " + write_field(path) + "\n";
}

std::string MirrorRecords::to_text() const {
    std::string text = head();
    for (const auto& [path, record] : files) append_line(text, path, record);
    return text;
}

MirrorRecords MirrorRecords::parse(std::string_view text) {
    RecordsReader reader(text.size());
    if (!text.ends_with('\n')) return {};
    while (!text.empty()) {
        if (!reader.add(take_until(text, '\n'))) return {};
    }
    return reader.finish();
}

bool RecordsReader::begin(std::string_view head) {
    begun_ = true;
    if (head == old_magic) return true;
    if (!head.starts_with(magic)) return false;
    count_ = read_number(head.substr(magic.size()));
    if (!count_ || *count_ > size_ / shortest_line) return false;
    records_.files.reserve(*count_);
    layout_.reserve(*count_);
    return true;
}

bool RecordsReader::add(std::string_view line) {
    if (!begun_) return begin(line);
    auto record = read_record(line);
    auto path = count_ ? read_field(line) : std::optional<std::string>(unquote(line));
    if (!record || !path || !is_safe_path(*path)) return false;
    if (!count_) record->modified = MirrorRecords::unknown;
    const auto [place, is_new] = records_.files.emplace(std::move(*path), std::move(*record));
    if (is_new) layout_.add(place->first);
    return is_new && !layout_.clash();
}

MirrorRecords RecordsReader::finish() {
    if (!begun_ || (count_ && records_.files.size() != *count_)) return {};
    return std::move(records_);
}

}  // namespace hf
