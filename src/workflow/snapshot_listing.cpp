#include "workflow/snapshot_listing.hpp"

#include "transfer/file.hpp"

#include <hf/core/error.hpp>
#include <hf/core/hash.hpp>
#include <hf/core/json.hpp>
#include <hf/core/safe_path.hpp>
#include <hf/core/url.hpp>
#include <hf/session/environment.hpp>

#include <charconv>

namespace hf {

namespace asio = boost::asio;

namespace {

constexpr std::string_view magic = "hfhub-tree 1 ";

std::string_view take_until(std::string_view& text, char separator) {
    const auto end = text.find(separator);
    const std::string_view piece = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    return piece;
}

std::optional<std::uint64_t> number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

[[noreturn]] void throw_invalid(std::string message) {
    ErrorInfo info;
    info.message = std::move(message);
    throw InvalidResponseError(std::move(info));
}

std::string text_member(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    const auto* text = value ? value->if_string() : nullptr;
    if (!text) throw_invalid("a tree entry has no " + std::string(name));
    return std::string(text->data(), text->size());
}

std::uint64_t size_member(const json::object& object) {
    const json::value* value = object.if_contains("size");
    boost::system::error_code error;
    const auto size = value ? value->to_number<std::uint64_t>(error) : 0;
    if (!value || error) throw_invalid("a tree entry has no size");
    return size;
}

/// nullopt for folders and what else is no file.
std::optional<SnapshotFile> to_file(const json::value& entry) {
    const json::object* object = entry.if_object();
    if (!object) throw_invalid("a tree entry is no object");
    if (text_member(*object, "type") != "file") return std::nullopt;
    std::string path = text_member(*object, "path");
    const json::value* lfs = object->if_contains("lfs");
    if (const json::object* pointer = lfs ? lfs->if_object() : nullptr) {
        const bool old_name = pointer->contains("sha256");
        return SnapshotFile(std::move(path), text_member(*pointer, old_name ? "sha256" : "oid"), size_member(*pointer),
                            true);
    }
    return SnapshotFile(std::move(path), text_member(*object, "oid"), size_member(*object), false);
}

}  // namespace

std::string SnapshotListing::to_text() const {
    std::string text(magic);
    text += commit + " " + std::to_string(files.size()) + "\n";
    text.reserve(text.size() + files.size() * 96);
    for (const SnapshotFile& file : files) {
        text += file.etag;
        text += ' ';
        text += std::to_string(file.size);
        text += file.lfs ? " l " : " r ";
        text += quote(file.path, "/ ");
        text += '\n';
    }
    return text;
}

std::optional<SnapshotListing> SnapshotListing::parse(std::string_view text) {
    if (!text.starts_with(magic)) return std::nullopt;
    text.remove_prefix(magic.size());
    std::string_view head = take_until(text, '\n');
    SnapshotListing out{std::string(take_until(head, ' '))};
    const auto count = number(head);
    if (!count || *count > text.size()) return std::nullopt;
    out.files.reserve(*count);
    while (!text.empty()) {
        std::string_view line = take_until(text, '\n');
        const std::string_view etag = take_until(line, ' ');
        const auto size = number(take_until(line, ' '));
        const std::string_view kind = take_until(line, ' ');
        if (etag.empty() || !size || (kind != "l" && kind != "r") || line.empty()) return std::nullopt;
        out.files.emplace_back(unquote(line), std::string(etag), *size, kind == "l");
    }
    if (out.files.size() != *count) return std::nullopt;
    return out;
}

asio::awaitable<SnapshotHead> ask_head(Session session, Repo repo, std::string revision, OwnedToken token,
                                       bool siblings) {
    Request request = get("/api/{}/revision/{}", repo, segment(revision));
    request.token(token.get());
    const Reply reply = co_await session.send(std::move(request));
    const json::value parsed = json::parse(reply.body);
    const json::object* members = parsed.if_object();
    const json::value* sha = members ? members->if_contains("sha") : nullptr;
    if (!sha || !sha->is_string()) throw_invalid("the answer of " + reply.url.redacted() + " names no commit");
    SnapshotHead head;
    head.commit = std::string(sha->get_string().data(), sha->get_string().size());
    require_safe_path(head.commit);
    if (!siblings) co_return head;
    const json::value* list = members->if_contains("siblings");
    if (!list || !list->is_array()) throw_invalid("the answer of " + reply.url.redacted() + " has no siblings");
    for (const json::value& sibling : list->get_array()) {
        const json::object* object = sibling.if_object();
        if (!object) throw_invalid("a sibling is no object");
        head.siblings.push_back(text_member(*object, "rfilename"));
    }
    co_return head;
}

asio::awaitable<SnapshotListing> list_snapshot(Session session, Repo repo, std::string commit, OwnedToken token) {
    const std::string kept = state_file(session, repo, "trees");
    std::optional<SnapshotListing> listing;
    try {
        if (const auto text = read_text(kept)) listing = SnapshotListing::parse(*text);
    } catch (const FileSystemError&) {
        // Unreadable: as if it were not there.
    }
    if (listing && listing->commit == commit) co_return std::move(*listing);

    listing.emplace(commit);
    Request request = get("/api/{}/tree/{}", repo, segment(commit));
    request.query("recursive", true).query("expand", false).token(token.get());
    auto entries = session.list_with<std::optional<SnapshotFile>>(std::move(request), &to_file);
    while (auto entry = co_await entries.next()) {
        if (*entry) listing->files.push_back(std::move(**entry));
    }
    require_safe_paths(*listing);
    try {
        write_text(kept, listing->to_text());
    } catch (const FileSystemError&) {
        // Only saves requests next time.
    }
    co_return std::move(*listing);
}

void require_safe_paths(const SnapshotListing& listing) {
    for (const SnapshotFile& file : listing.files) require_safe_path(file.path);
}

std::string state_file(const Session& session, const Repo& repo, std::string_view kind, std::string_view more) {
    const std::string key = session.endpoint() + "\n" + repo.api_path() + "\n" + std::string(more);
    return session.environment().hf_home + "/hfhub/" + std::string(kind) + "/" + sha256_hex(key).substr(0, 32);
}

}  // namespace hf
