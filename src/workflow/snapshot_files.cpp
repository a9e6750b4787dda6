#include "workflow/snapshot_files.hpp"

#include "core/json_access.hpp"
#include "core/kept_text.hpp"
#include "core/safe_path.hpp"

#include <hf/core/repo.hpp>

#include <limits>

namespace hf {

namespace {

constexpr std::string_view magic = "hfhub-tree 2 ";

constexpr std::size_t shortest_line = 40;  // a hash

std::optional<std::string> text_member(const json::object& object, std::string_view name) {
    return std::optional<std::string>(text_of(object.if_contains(name)));
}

std::optional<std::string> hash_of(const json::object& object, std::string_view name) {
    const auto text = text_member(object, name);
    return text ? to_content_hash(*text) : std::nullopt;
}

std::optional<std::uint64_t> size_of(const json::object& object) {
    const json::value* value = object.if_contains("size");
    boost::system::error_code error;
    const auto size = value ? value->to_number<std::uint64_t>(error) : 0;
    if (!value || error || size > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
        return std::nullopt;
    return size;
}

ListedFile read_lfs(std::string path, const json::object& pointer, std::optional<std::uint64_t> size) {
    const auto hash = hash_of(pointer, pointer.contains("sha256") ? "sha256" : "oid");
    if (!hash || hash->size() != 64) return {std::move(path), "has no usable hash of its LFS content"};
    if (pointer.contains("size")) size = size_of(pointer);
    if (!size) return {std::move(path), "has no usable size"};
    return SnapshotFile(std::move(path), *hash, *size, true);
}

/// Both forms differ in two names.
ListedFile read_file(const json::object& object, std::string_view path_name, std::string_view hash_name) {
    auto path = text_member(object, path_name);
    if (!path) return {{}, "has no path"};
    const auto size = size_of(object);
    // Some servers write {} or null for what is no LFS file. If it is one, its hash will not be right.
    const json::value* lfs = object.if_contains("lfs");
    const json::object* pointer = lfs ? lfs->if_object() : nullptr;
    if (pointer && !pointer->empty()) {
        ListedFile listed = read_lfs(std::move(*path), *pointer, size);
        if (listed.file) listed.file->xet = xet::parse_hash(text_member(object, "xetHash").value_or(std::string()));
        return listed;
    }
    if (lfs && !pointer && !lfs->is_null()) return {std::move(*path), "has an LFS member that is no object"};
    const auto hash = hash_of(object, hash_name);
    if (!hash) return {std::move(*path), "has no usable hash"};
    if (!size) return {std::move(*path), "has no usable size"};
    return SnapshotFile(std::move(*path), *hash, *size, false);
}

[[noreturn]] void throw_layout(const std::string& path, boost::system::errc::errc_t cause, const std::string& problem) {
    ErrorInfo info;
    info.argument = path;
    info.cause = make_error_code(cause);
    info.message = "the repository cannot be laid out on this file system: " + problem;
    throw FileSystemError(std::move(info));
}

}  // namespace

ListedFile::ListedFile(std::string path, std::string_view problem) {
    odd.emplace();
    odd->path = path.empty() ? "(an entry without a path)" : std::move(path);
    odd->code = make_error_code(Errc::invalid_response);
    odd->message = "the server's list of files is odd: " + odd->path + " " + std::string(problem);
}

ListedFile read_tree_entry(const json::value& entry) {
    const json::object* object = entry.if_object();
    if (!object) return {{}, "is no object"};
    const auto type = text_member(*object, "type");
    // "unknown" is what the Hub says of git submodules, which have no content.
    if (type == "directory" || type == "unknown") return {};
    if (type == "file") return read_file(*object, "path", "oid");
    return {text_member(*object, "path").value_or(std::string()), "is neither a file nor a folder"};
}

ListedFile read_sibling(const json::value& sibling) {
    const json::object* object = sibling.if_object();
    if (!object) return {{}, "is no object"};
    return read_file(*object, "rfilename", "blobId");
}

void SnapshotListing::add(ListedFile entry) {
    if (entry.file) {
        require_safe_path(entry.file->path);
        files.push_back(std::move(*entry.file));
    }
    if (entry.odd) {
        require_safe_path(entry.odd->path);
        odd.push_back(std::move(*entry.odd));
    }
}

std::string SnapshotListing::head() const {
    return std::string(magic) + write_field(commit) + " " + std::to_string(files.size()) + "\n";
}

void SnapshotListing::append_line(std::string& text, const SnapshotFile& file) {
    text += write_field(file.etag);
    text += ' ';
    text += std::to_string(file.size);
    if (file.xet)
        text += " x" + xet::to_text(*file.xet) + " ";
    else
        text += file.lfs ? " l " : " r ";
    text += write_field(file.path);
    text += '\n';
}

std::string SnapshotListing::to_text() const {
    std::string text = head();
    for (const SnapshotFile& file : files) append_line(text, file);
    return text;
}

std::optional<SnapshotListing> SnapshotListing::parse(std::string_view text) {
    ListingReader reader(text.size());
    if (!text.ends_with('\n')) return std::nullopt;
    while (!text.empty()) {
        if (!reader.add(take_until(text, '\n'))) return std::nullopt;
    }
    return reader.finish();
}

bool ListingReader::begin(std::string_view head) {
    if (!head.starts_with(magic)) return false;
    head.remove_prefix(magic.size());
    listing_.commit = take_until(head, ' ');
    count_ = read_number(head);
    if (!count_ || *count_ > size_ / shortest_line || !is_commit_hash(listing_.commit)) return false;
    layout_.reserve(*count_);
    return true;
}

bool ListingReader::add(std::string_view line) {
    if (!count_) return begin(line);
    const std::string_view etag = take_until(line, ' ');
    const auto size = read_number(take_until(line, ' '));
    const std::string_view kind = take_until(line, ' ');
    const auto xet = kind.starts_with('x') ? xet::parse_hash(kind.substr(1)) : std::nullopt;
    auto path = read_field(line);
    if (!is_content_hash(etag) || !size || !path || !is_safe_path(*path)) return false;
    if ((kind != "l" && kind != "r" && !xet) || listing_.files.size() == *count_) return false;
    SnapshotFile& file = listing_.files.emplace_back(std::move(*path), std::string(etag), *size, kind != "r");
    file.xet = xet;
    layout_.add(file.path);
    return !layout_.clash();
}

std::optional<SnapshotListing> ListingReader::finish() {
    if (listing_.files.size() != count_) return std::nullopt;
    return std::move(listing_);
}

void require_layout(const PathLayout& files) {
    if (const auto path = files.long_name())
        throw_layout(std::string(*path), boost::system::errc::filename_too_long,
                     std::string(*path) + " has a name of more than 255 bytes");
    const auto clash = files.clash();
    if (!clash) return;
    const std::string path(clash->first), other(clash->second);
    if (path != other)
        throw_layout(path, boost::system::errc::not_a_directory,
                     path + " is a file, and a folder of " + other + " as well");
    ErrorInfo info;
    info.argument = path;
    info.message = "the server lists " + path + " twice";
    throw InvalidResponseError(std::move(info));
}

}  // namespace hf
