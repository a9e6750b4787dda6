#include "transfer/journal.hpp"

#include "transfer/file.hpp"

#include <hf/core/hash.hpp>

#include <charconv>

#include <unistd.h>

namespace hf {

namespace {

constexpr std::string_view magic = "hfhub-partial 1 ";

std::optional<std::uint64_t> number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::string_view take_until(std::string_view& text, char separator) {
    const auto end = text.find(separator);
    const std::string_view piece = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    return piece;
}

bool is_line(std::string_view text) { return text.find_first_of("\n\r") == text.npos; }

}  // namespace

std::string Journal::header() const {
    std::string out(magic);
    out += etag + " " + (size ? std::to_string(*size) : "-") + " ";
    out += validator.empty() || !is_line(validator) ? "-" : validator;
    return out + "\n";
}

std::string Journal::line(ByteRange range) {
    return std::to_string(range.begin) + "-" + std::to_string(range.end) + "\n";
}

std::optional<Journal> Journal::parse(std::string_view text) {
    if (!text.starts_with(magic) || text.find('\n') == text.npos) return std::nullopt;
    text.remove_prefix(magic.size());
    std::string_view head = take_until(text, '\n');
    const std::string_view etag = take_until(head, ' ');
    const std::string_view size_text = take_until(head, ' ');
    const auto size = number(size_text);
    if (etag.empty() || head.empty() || (!size && size_text != "-")) return std::nullopt;
    Journal out(std::string(etag), size, head == "-" ? std::string() : std::string(head));
    while (text.find('\n') != text.npos) {
        std::string_view line = take_until(text, '\n');
        const auto begin = number(take_until(line, '-'));
        const auto end = number(line);
        if (!begin || !end || *begin >= *end || (size && *end > *size)) break;
        out.ranges.add({*begin, *end});
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
    if (!number(pid) || name.empty()) return State::elsewhere;
    return start_time(pid) == name ? State::alive : State::dead;
}

}  // namespace hf
