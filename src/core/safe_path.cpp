#include "core/safe_path.hpp"

#include "core/text.hpp"

#include <hf/core/error.hpp>

#include <algorithm>
#include <array>

namespace hf {
namespace {

bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_git_folder(std::string_view segment) { return iequals(segment, ".git"); }

// "CON", "con.txt", "COM1": https://learn.microsoft.com/windows/win32/fileio/naming-a-file
bool is_reserved_on_windows(std::string_view segment) {
    std::string_view stem = segment.substr(0, segment.find('.'));
    while (stem.ends_with(' ')) stem.remove_suffix(1);
    const std::string name = to_lower(stem);
    constexpr std::array<std::string_view, 6> devices = {"con", "prn", "aux", "nul", "conin$", "conout$"};
    if (std::ranges::find(devices, name) != devices.end()) return true;
    if (name.size() < 4 || (!name.starts_with("com") && !name.starts_with("lpt"))) return false;
    const auto number = std::string_view(name).substr(3);
    return (number.size() == 1 && number[0] >= '0' && number[0] <= '9') || number == "\u00B9" || number == "\u00B2" ||
           number == "\u00B3";
}

// What is wrong with one segment; null if nothing.
const char* segment_problem(std::string_view segment, PathRules rules) {
    if (segment.empty()) return "has an empty segment";
    if (segment == "." || segment == "..") return "has a '.' or '..' segment";
    if (is_git_folder(segment)) return "is inside a .git folder";
    if (rules != PathRules::windows) return nullptr;
    if (segment.back() == '.' || segment.back() == ' ') return "has a segment that ends with a dot or space";
    const bool illegal = std::ranges::any_of(segment, [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || std::string_view("<>:\"|?*").find(c) != std::string_view::npos;
    });
    if (illegal) return "has a character that Windows does not allow";
    // Windows also reaches .git under its short name.
    if (iequals(segment, "git~1")) return "is inside a .git folder";
    return is_reserved_on_windows(segment) ? "is a reserved name" : nullptr;
}

const char* problem_of(std::string_view name, PathRules rules) {
    if (name.empty()) return "is empty";
    if (name.find('\0') != name.npos) return "contains a NUL";
    if (name[0] == '/' || name[0] == '\\') return "is absolute";
    if (name.size() >= 2 && is_alpha(name[0]) && name[1] == ':') return "has a drive letter";
    while (true) {
        const auto end = name.find_first_of("/\\");
        if (const char* problem = segment_problem(name.substr(0, end), rules)) return problem;
        if (end == name.npos) return nullptr;
        name.remove_prefix(end + 1);
    }
}

// For messages: no control characters, no endless names.
std::string shown(std::string_view name) {
    std::string out = "'";
    for (const char c : name.substr(0, 256)) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
    return out + "'";
}

}  // namespace

void require_safe_path(std::string_view name, PathRules rules) {
    const char* problem = problem_of(name, rules);
    if (!problem) return;
    ErrorInfo info;
    info.argument = name;
    info.message = "unsafe file name " + shown(name) + ": it " + problem;
    throw UnsafePathError(std::move(info));
}

bool is_safe_path(std::string_view name, PathRules rules) noexcept { return problem_of(name, rules) == nullptr; }

std::string validate_path_in_repo(std::string_view path, std::string_view argument) {
    const auto fail = [&](std::string_view why) {
        throw_validation(argument, "Invalid " + std::string(argument) + " " + shown(path) + ": " + std::string(why));
    };
    if (path.find('\0') != path.npos) fail("it contains a NUL");
    std::string_view rest = path;
    if (rest.starts_with('/')) rest.remove_prefix(1);
    if (rest.starts_with("./")) rest.remove_prefix(2);
    if (rest.empty()) fail("it is empty");
    if (rest.starts_with('/')) fail("it is absolute");
    const std::string_view out = rest;
    while (!rest.empty()) {
        const auto end = std::min(rest.find('/'), rest.size());
        const auto segment = rest.substr(0, end);
        if (segment == "." || segment == "..") fail("it has a '.' or '..' segment");
        if (segment == ".git") fail("cannot update files under a '.git/' folder");
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return std::string(out);
}

}  // namespace hf
