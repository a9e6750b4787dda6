#include "engine/files/journal.hpp"

#include "core/kept_text.hpp"
#include "engine/files/file.hpp"

#include <hf/core/hash.hpp>

#include <algorithm>

#include <unistd.h>

namespace hf {

namespace {

constexpr std::string_view magic = "hfhub-partial 2 ";
constexpr std::string_view old_magic = "hfhub-partial 1 ";  // nothing in it was escaped
// Parts are given out in order, so gaps are as many as streams, and a few for parts that were given back.
constexpr std::size_t most_ranges = 4096;

bool is_header_value(std::string_view text) {
    return std::ranges::none_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

/// "<etag> <size or -> <validator or ->"
std::optional<Journal> read_header(std::string_view head, bool old) {
    const std::string_view etag_text = take_until(head, ' ');
    const std::string_view size_text = take_until(head, ' ');
    const auto size = read_number(size_text);
    auto etag = read_field(etag_text);
    if (old && !is_content_hash(etag_text)) etag.reset();
    const auto validator = old ? std::optional<std::string>(head) : read_field(head);
    if (!etag || !validator || validator->empty() || !is_header_value(*validator) || (!size && size_text != "-"))
        return std::nullopt;
    return Journal(*etag, size, *validator == "-" ? std::string() : *validator);
}

}  // namespace

std::string Journal::header() const {
    std::string out(magic);
    out += write_field(etag) + " " + (size ? std::to_string(*size) : "-") + " ";
    out += validator.empty() ? "-" : write_field(validator);
    return out + "\n";
}

std::string Journal::line(ByteRange range) {
    return std::to_string(range.begin) + "-" + std::to_string(range.end) + "\n";
}

std::optional<Journal> Journal::parse(std::string_view text) {
    const bool old = text.starts_with(old_magic);
    if ((!old && !text.starts_with(magic)) || text.find('\n') == text.npos) return std::nullopt;
    text.remove_prefix(magic.size());
    auto out = read_header(take_until(text, '\n'), old);
    if (!out) return std::nullopt;
    while (text.find('\n') != text.npos) {
        std::string_view line = take_until(text, '\n');
        const auto begin = read_number(take_until(line, '-'));
        const auto end = read_number(line);
        if (!begin || !end) break;
        if (*begin >= *end || (out->size && *end > *out->size)) return std::nullopt;
        out->ranges.add({*begin, *end});
        if (out->ranges.ranges().size() > most_ranges) return std::nullopt;
    }
    return out;
}

namespace {

// The 22nd field of /proc/<pid>/stat, in clock ticks since boot. The second may hold anything in brackets.
std::string start_time(std::string_view pid) {
    const std::string path = "/proc/" + std::string(pid) + "/stat";
    const File file = File::try_open_at(AT_FDCWD, path.c_str(), O_RDONLY, path);
    if (!file) return {};
    std::string text(1024, '\0');
    text.resize(file.read_at(text.data(), text.size(), 0));
    const auto bracket = text.rfind(')');
    if (bracket == text.npos) return {};
    std::string_view rest = std::string_view(text).substr(bracket + 2);
    for (int field = 3; field < 22; ++field) take_until(rest, ' ');
    return std::string(take_until(rest, ' '));
}

std::string machine() {
    std::string id(64, '\0');
    std::size_t length = 0;
    if (const File boot = File::try_open_at(AT_FDCWD, "/proc/sys/kernel/random/boot_id", O_RDONLY, {}))
        length = boot.read_at(id.data(), id.size(), 0);
    id.resize(length);
    char link[64];
    const auto n = ::readlink("/proc/self/ns/pid", link, sizeof(link));
    if (n > 0) id.append(link, static_cast<std::size_t>(n));
    return sha256_hex(id).substr(0, 12);
}

}  // namespace

std::string ProcessName::own() {
    const std::string pid = std::to_string(::getpid());
    return machine() + "-" + pid + "-" + start_time(pid);
}

ProcessName::State ProcessName::state_of(std::string_view name) {
    if (take_until(name, '-') != machine()) return State::elsewhere;
    const std::string_view pid = take_until(name, '-');
    if (!read_number(pid) || name.empty()) return State::elsewhere;
    return start_time(pid) == name ? State::alive : State::dead;
}

}  // namespace hf
