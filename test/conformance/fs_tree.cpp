#include "fs_tree.hpp"

#include <hf/core/hash.hpp>

#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

namespace hf::conformance {
namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

// Locks, and from 2.x on the lists of files, are left behind or not, as a client likes.
bool is_optional(const std::string& path) {
    return path.starts_with(".locks/") || path.find("/.locks/") != path.npos || path.find("/trees/") != path.npos;
}

json::object entry_of(const fs::directory_entry& entry) {
    json::object out;
    if (entry.is_symlink()) {
        out["symlink"] = fs::read_symlink(entry.path()).string();
    } else if (entry.is_directory()) {
        out["dir"] = "empty";
    } else {
        const std::string content = read_file(entry.path());
        out["size"] = content.size();
        out["text"] = content;
    }
    return out;
}

/// Path to entry; of folders only the empty ones.
std::map<std::string, json::object> list(const fs::path& folder) {
    std::map<std::string, json::object> entries;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        const bool is_folder = entry.is_directory() && !entry.is_symlink();
        if (is_folder && !fs::is_empty(entry.path())) continue;
        const std::string path = entry.path().lexically_relative(folder).generic_string() + (is_folder ? "/" : "");
        if (!is_optional(path) && path != ".locks/") entries.emplace(path, entry_of(entry));
    }
    return entries;
}

Difference compare_entry(const json::object& expected, json::object actual, const std::string& path) {
    if (expected.contains("sha256") && actual.contains("text")) {
        actual["sha256"] = sha256_hex(std::string_view(actual["text"].as_string()));
        actual.erase("text");
    }
    json::object wanted = expected;
    wanted.erase("path");
    return compare_json(wanted, actual, path);
}

Difference compare_folder(const json::array& expected, const fs::path& folder, const std::string& name) {
    if (!fs::is_directory(folder)) return "folder " + name + " does not exist";
    auto actual = list(folder);
    for (const auto& item : expected) {
        const json::object& entry = item.as_object();
        const std::string path = text_member(entry, "path");
        if (is_optional(path)) continue;
        const auto found = actual.find(path);
        if (found == actual.end()) return name + "/" + path + " is missing";
        if (auto difference = compare_entry(entry, std::move(found->second), name + "/" + path)) return difference;
        actual.erase(found);
    }
    if (!actual.empty()) return name + "/" + actual.begin()->first + " is not expected";
    return {};
}

}  // namespace

void create_files(const json::object& files, const fs::path& root) {
    for (const auto& [name, content] : files) {
        const fs::path file = root / std::string(name);
        const json::object* object = content.if_object();
        fs::create_directories(file.parent_path());
        if (object && object->contains("symlink")) {
            fs::create_symlink(text_member(*object, "symlink"), file);
        } else if (object && object->contains("dir")) {
            fs::create_directories(file);
        } else {
            std::ofstream out(file, std::ios::binary);
            out << decode_content(content);
            if (!out.flush()) throw std::runtime_error("cannot write " + file.string());
        }
    }
}

Difference compare_files(const json::object& folders, const fs::path& root) {
    for (const auto& [name, entries] : folders) {
        const fs::path folder = root / std::string(name);
        if (entries.is_null()) {
            if (fs::exists(folder)) return "folder " + std::string(name) + " should not exist";
        } else if (auto difference = compare_folder(entries.as_array(), folder, std::string(name))) {
            return difference;
        }
    }
    return {};
}

void shift_times(const json::object& seconds, const fs::path& root) {
    for (const auto& [name, shift] : seconds) {
        const fs::path file = root / std::string(name);
        fs::last_write_time(file, fs::last_write_time(file) + std::chrono::seconds(shift.to_number<std::int64_t>()));
    }
}

}  // namespace hf::conformance
